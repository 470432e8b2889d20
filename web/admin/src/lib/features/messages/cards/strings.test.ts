import { expect, it } from 'vitest';
import { own } from './strings';

it('says how much is open, and how much of it nobody has', () => {
  expect(
    [
      [0, 0],
      [1, 0],
      [1, 1],
      [3, 3],
      [3, 1],
      [3, 2],
    ].map(([open, unassigned]) => own.summary(open!, unassigned!)),
  ).toEqual([
    'Nothing is waiting for an answer.',
    '1 message is open.',
    '1 message is open and nobody is on it.',
    '3 messages are open and nobody is on them.',
    '3 messages are open, 1 of them with nobody on it.',
    '3 messages are open, 2 of them with nobody on them.',
  ]);
});
