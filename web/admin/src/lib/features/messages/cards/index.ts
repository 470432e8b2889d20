/** The dashboard cards of messages. */
import type { Card, Cards } from '../../../slice/slice';
import Figures from './Figures.svelte';
import { isFresh } from './fresh';
import Latest from './Latest.svelte';
import Response from './Response.svelte';
import { own } from './strings';
import Trend from './Trend.svelte';

export const cards: Card[] = [
  {
    id: 'figures',
    place: 'top',
    needs: 'messages',
    shows: (board) => Boolean(board.messages) && !isFresh(board),
    part: Figures,
  },
  { id: 'latest', place: 'main', needs: 'messages', part: Latest },
  { id: 'trend', place: 'main', needs: 'messages', shows: (board) => !isFresh(board), part: Trend },
  {
    id: 'response',
    place: 'side',
    needs: 'messages',
    shows: (board) => Boolean(board.firstResponse),
    part: Response,
  },
];

export const summary: Cards['summary'] = ({ messages }) =>
  messages ? own.summary(messages.new + messages.inProgress, messages.unassigned) : null;
