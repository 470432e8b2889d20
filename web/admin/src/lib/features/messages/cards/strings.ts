/** Text of the dashboard cards. */
import { plural } from '../../../format/plural';

export const own = {
  unread: 'Unread',
  summary: (open: number, unassigned: number) =>
    open === 0
      ? 'Nothing is waiting for an answer.'
      : `${plural(open, 'message is', 'messages are')} open${
          !unassigned
            ? ''
            : unassigned >= open
              ? ` and nobody is on ${open === 1 ? 'it' : 'them'}`
              : `, ${unassigned} of them with nobody on ${unassigned === 1 ? 'it' : 'them'}`
        }.`,
  figures: {
    new: 'New',
    unassigned: 'Unassigned',
    mine: 'Assigned to you',
    inProgress: 'In progress',
    today: 'Received today',
  },
  latest: 'Latest messages',
  all: 'All open messages',
  response: 'First answer',
  responseMedian: 'median, last 30 days',
  responseFrom: (n: number) => `from ${plural(n, 'answered message', 'answered messages')}`,
  responseNone: 'Once you have answered a message, the time to the first answer stands here.',
  faster: (t: string) => `${t} faster than the 30 days before`,
  slower: (t: string) => `${t} slower than the 30 days before`,
  same: 'Same as the 30 days before',
  trend: 'Received and answered',
  trendSpan: 'last 30 days',
  trendNone: 'With the first message, a line begins here.',
  received: 'Received',
  answered: 'Answered',
  day: 'Day',
  asTable: 'Show as table',
  asChart: 'Show as chart',
  chartSummary: (received: number, answered: number) =>
    `${plural(received, 'message', 'messages')} received and ${answered} answered in the last 30 days.`,
  emptyTitle: 'No messages yet',
  emptyText: 'Messages from the contact form on your site land here. Send yourself one to see the whole way.',
  emptyAction: 'Open the contact form',
};
