/** Text of the first steps, the tour and the sample data. */
import { plural } from '../../format/plural';

export const own = {
  title: 'First steps',
  progress: (done: number, all: number) => `${done} of ${all} done`,
  allDone: 'Everything is set up. You can put this list away.',
  done: 'Done',
  open: 'To do',
  right: 'It is right as it is',
  rightOf: (title: string) => `It is right as it is: ${title}`,
  away: 'Put this list away',
  resume: (left: number) => (left ? `First steps: ${left} left` : 'First steps'),
  startTour: 'Take the tour',
  resumeTour: 'Go on with the tour',
  samples: 'Fill in sample data',
  samplesMade: (messages: number, staff: number) =>
    `${plural(messages, 'message', 'messages')} and ${plural(staff, 'person', 'people')} to try things with`,
  unsample: 'Remove sample data',
  unsampleTitle: 'Remove all sample data?',
  unsampleText:
    'Every made-up message goes with its answers, notes and tags, yours included, and so do the made-up people and canned replies. What real clients wrote stays, and so does whatever you changed into your own.',
  unsampled: (messages: number) => `Sample data removed, ${plural(messages, 'message', 'messages')} among it`,

  tour: {
    title: 'Tour',
    at: (n: number, all: number) => `${n} of ${all}`,
    back: 'Back',
    next: 'Next',
    finish: 'Finish',
    leave: 'Leave the tour',
    left: 'You can go on with the tour from the first steps on the dashboard.',
  },
};
