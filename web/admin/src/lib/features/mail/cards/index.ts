/** Failed emails, on the dashboard. */
import type { Card } from '../../../slice/slice';
import FailedMails from './FailedMails.svelte';
import Trouble from './Trouble.svelte';

export const cards: Card[] = [
  { id: 'mail-trouble', place: 'top', shows: (board) => Boolean(board.mailTrouble), part: Trouble },
  {
    id: 'failed-mails',
    place: 'top',
    needs: 'messages',
    shows: (board) => (board.messages?.failedMails ?? 0) > 0,
    part: FailedMails,
  },
];
