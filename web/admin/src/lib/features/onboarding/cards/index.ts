/** The first steps on the dashboard, and a way to show them again. */
import type { Card } from '../../../slice/slice';
import { onboarding } from '../state.svelte';
import Checklist from './Checklist.svelte';
import Resume from './Resume.svelte';

export const cards: Card[] = [
  { id: 'resume', place: 'head', shows: () => onboarding.resumable, part: Resume },
  { id: 'first-steps', place: 'first', part: Checklist },
];

export const refresh = () => void onboarding.load();
