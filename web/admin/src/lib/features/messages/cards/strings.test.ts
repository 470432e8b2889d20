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
    'Nothing is waiting for a reply.',
    '1 open message',
    '1 open message, unassigned',
    '3 open messages, all unassigned',
    '3 open messages, 1 unassigned',
    '3 open messages, 2 unassigned',
  ]);
});
