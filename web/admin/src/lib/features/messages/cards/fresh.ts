import type { Dashboard } from '../../../api/types';

/** Nobody has written yet: there is nothing to count or to chart. */
export const isFresh = (board: Dashboard): boolean =>
  board.latest.length === 0 && board.trend.every((day) => !day.received);
