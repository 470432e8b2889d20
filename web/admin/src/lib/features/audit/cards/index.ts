/** Recent activity, on the dashboard. */
import type { Card } from '../../../slice/slice';
import Activity from './Activity.svelte';

export const cards: Card[] = [{ id: 'activity', place: 'side', needs: 'audit', part: Activity }];
