/** Failed emails, on the dashboard. */
import type { Card } from '../../../slice/slice';
import FailedMails from './FailedMails.svelte';

export const cards: Card[] = [
  {
    id: 'failed-mails',
    place: 'top',
    needs: 'messages',
    shows: (board) => (board.messages?.failedMails ?? 0) > 0,
    part: FailedMails,
  },
];
