/** Text of the dashboard cards. */
import { plural } from '../../../format/plural';

export const own = {
  unread: 'Unread',
  summary: (open: number, unassigned: number) =>
    open === 0
      ? 'Nothing is waiting for a reply.'
      : `${plural(open, 'open message', 'open messages')}${
          !unassigned
            ? ''
            : unassigned >= open
              ? `, ${open === 1 ? '' : 'all '}unassigned`
              : `, ${unassigned} unassigned`
        }`,
  figures: {
    new: 'New',
    unassigned: 'Unassigned',
    mine: 'Assigned to you',
    inProgress: 'In progress',
    today: 'Received today',
  },
  latest: 'Latest messages',
  all: 'All open messages',
  response: 'First reply',
  responseMedian: 'median, last 30 days',
  responseFrom: (n: number) => `based on ${plural(n, 'message', 'messages')}`,
  responseNone: 'Once you have replied to a message, the time to first reply appears here.',
  faster: (t: string) => `${t} faster than the 30 days before`,
  slower: (t: string) => `${t} slower than the 30 days before`,
  same: 'Same as the 30 days before',
  trend: 'Received and replied to',
  trendSpan: 'last 30 days',
  trendNone: 'The chart starts with your first message.',
  received: 'Received',
  answered: 'Replied to',
  day: 'Day',
  asTable: 'Show as table',
  asChart: 'Show as chart',
  chartSummary: (received: number, answered: number) =>
    `${plural(received, 'message', 'messages')} received and ${answered} replied to in the last 30 days.`,
  emptyTitle: 'No messages yet',
  emptyText:
    'Messages from the contact form on your site arrive here. Send yourself one to see how it works.',
  emptyAction: 'Open the contact form',
};
