/** The keys of the inbox, for the help sheet. */
import type { Shortcuts } from '../../slice/slice';

export const shortcuts: Shortcuts[] = [
  {
    title: 'In the list',
    keys: [
      ['j', 'Next message'],
      ['k', 'Previous message'],
      ['Enter', 'Open message'],
      ['Esc', 'Close message'],
      ['x', 'Select'],
      ['/', 'Search messages'],
    ],
  },
  {
    title: 'With a message',
    keys: [
      ['r', 'Reply'],
      ['n', 'Write a note'],
      ['a', 'Assign'],
      ['e', 'Archive'],
      ['z', 'Snooze'],
      ['m', 'Mark as unread'],
      ['t', 'Tags'],
      ['mod Enter', 'Send reply or note'],
    ],
  },
];
