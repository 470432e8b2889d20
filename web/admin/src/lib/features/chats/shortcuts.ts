/** The keys of chats, for the help sheet. */
import type { Shortcuts } from '../../slice/slice';

export const shortcuts: Shortcuts[] = [
  {
    title: 'In the list of chats',
    keys: [
      ['w', 'Take the next waiting chat'],
      ['j', 'Next chat'],
      ['k', 'Previous chat'],
      ['Enter', 'Open chat'],
      ['Esc', 'Close the conversation'],
      ['/', 'Search chats'],
    ],
  },
  {
    title: 'In an open chat',
    keys: [
      ['c', 'Take chat'],
      ['r', 'Reply'],
      ['n', 'Write a note'],
      ['a', 'Transfer'],
      ['t', 'Tags'],
      ['e', 'Close chat'],
      ['o', 'Reopen chat'],
    ],
  },
];
