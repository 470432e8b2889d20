/** The words of the first steps, the tour and the samples. */
import { plural } from '../../format/plural';

const steps: Record<string, { title: string; text: string }> = {
  firm: {
    title: 'Tell who you are',
    text: 'Name, sentence and address of the firm, as the site shows them.',
  },
  services: {
    title: 'Look at your services',
    text: 'The site shows those of an example firm until you change them.',
  },
  hours: { title: 'Set your hours', text: 'Visitors see whether you are open, and when you open next.' },
  mail: {
    title: 'Try a mail',
    text: 'Send yourself one from the mail settings. It counts when a mail server took it.',
  },
  colleague: { title: 'Invite a colleague', text: 'Two of you see who answers what.' },
};

export const onboarding = {
  title: 'First steps',
  progress: (done: number, all: number) => `${done} of ${all} done`,
  allDone: 'Everything is set up. You can put this list away.',
  step: (name: string) => steps[name] ?? { title: name, text: '' },
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
    stops: {
      dashboard: { title: 'The dashboard', text: 'What is waiting, how fast you answer, and what happened.' },
      messages: {
        title: 'Messages',
        text: 'What clients write lands here. Move with j and k, answer with r.',
      },
      search: {
        title: 'Search and commands',
        text: 'Find a message, go to a page, do something: Ctrl+K from anywhere.',
      },
      canned: { title: 'Canned replies', text: 'Texts for what you answer often. Type ; while answering.' },
      settings: { title: 'Settings', text: 'The firm, services, hours and mails. The site follows at once.' },
      account: { title: 'You', text: 'Your profile, your devices, the theme, and the way out.' },
    } as Record<string, { title: string; text: string }>,
  },
};
