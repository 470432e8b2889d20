/** What is to be done about the machine, on the dashboard. */
import type { Card } from '../../../slice/slice';
import Disk from './Disk.svelte';

export const cards: Card[] = [
  { id: 'disk', place: 'top', shows: (board) => board.diskFree != null, part: Disk },
];
