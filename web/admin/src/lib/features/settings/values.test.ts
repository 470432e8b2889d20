import { expect, test } from 'vitest';
import { conflictsOf, same, show } from './values';

test('values are the same whatever the order of their fields', () => {
  expect(same({ a: 1, b: [2] }, { b: [2], a: 1 })).toBe(true);
  expect(same({ a: 1, b: null }, { a: 1 })).toBe(true);
  expect(same([1, 2], [2, 1])).toBe(false);
  expect(same(null, undefined)).toBe(true);
  expect(same('', null)).toBe(false);
});

test('only what both changed differently is a conflict', () => {
  const before = { a: 1, b: 1, c: 1, d: 1 };
  const now = { a: 2, b: 1, c: 2, d: 2 };
  expect(conflictsOf(before, now, { a: 3, b: 3, c: 2 })).toEqual(['a']);
});

test('values are shown as a person reads them', () => {
  expect(show([{ name: 'Us', url: 'https://a.example' }])).toBe('Us · https://a.example');
  expect(show(null)).toBe('Nothing');
  expect(show(true)).toBe('On');
});
