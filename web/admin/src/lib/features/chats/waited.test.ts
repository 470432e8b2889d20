import { expect, it } from 'vitest';
import { waited } from './waited';

it('counts seconds, then minutes, then hours', () => {
  expect([0, 7_900, 760_000, 3_599_000].map(waited)).toEqual(['0:00', '0:07', '12:40', '59:59']);
  expect(waited(3_900_000)).toBe('1 h 5 min');
  expect(waited(-2_000)).toBe('0:00');
});
