/** The dashboard card of chats: who waits. The socket tells, so it needs no response. */
import type { Card } from '../../../slice/slice';
import { desk } from '../desk.svelte';
import Waiting from './Waiting.svelte';

export const cards: Card[] = [
  { id: 'chats', place: 'first', needs: 'chats', shows: () => desk.waiting.length > 0, part: Waiting },
];
