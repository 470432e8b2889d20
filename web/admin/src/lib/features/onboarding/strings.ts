/** Text of the first steps, the tour and the sample data. */
import { plural } from '../../format/plural';

export const own = {
  title: 'First steps',
  progress: (done: number, all: number) => `${done} of ${all} done`,
  allDone: 'Everything is set up. You can hide this list.',
  done: 'Done',
  open: 'To do',
  right: 'Looks right',
  rightOf: (title: string) => `Looks right: ${title}`,
  away: 'Hide this list',
  resume: (left: number) => (left ? `First steps: ${left} left` : 'First steps'),
  startTour: 'Take the tour',
  resumeTour: 'Continue the tour',
  samples: 'Add sample data',
  samplesTitle: 'Add sample data beside real messages?',
  samplesText:
    'Clients have already written to you. Sample messages and chats appear in the same lists, with the tag “sample”, and count in the figures on the dashboard; clients never see them. You can remove all of it at any time.',
  samplesMade: (messages: number, chats: number, staff: number) =>
    `${plural(messages, 'message', 'messages')}, ${plural(chats, 'chat', 'chats')} and ${plural(staff, 'person', 'people')} to try things with`,
  unsample: 'Remove sample data',
  unsampleTitle: 'Remove all sample data?',
  unsampleText:
    'Every sample message and chat is deleted with its replies, notes and tags, including yours, and so are the sample people and canned replies. What real clients wrote stays, and so does anything you have made your own.',
  unsampled: (messages: number, chats: number) =>
    `Sample data removed, including ${plural(messages, 'message', 'messages')} and ${plural(chats, 'chat', 'chats')}`,

  tour: {
    title: 'Tour',
    at: (n: number, all: number) => `${n} of ${all}`,
    back: 'Back',
    next: 'Next',
    finish: 'Finish',
    leave: 'Leave the tour',
    left: 'You can continue the tour from the first steps on the dashboard.',
  },
};
