import { expect, test } from 'vitest';
import { conflictsOf, same, show, stillWrong } from './values';

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

test('only the part that is mended is no longer wrong', () => {
  const errors = { 'firm.name': 'a', list: 'b', 'list.0.name': 'c', 'list.0.slug': 'd', 'list.1.name': 'e' };
  const before = [
    { name: '', slug: '-' },
    { name: '', slug: 'b' },
  ];
  const mended = [{ name: 'A', slug: '-' }, before[1]];
  expect(Object.keys(stillWrong(errors, 'list', before, mended))).toEqual([
    'firm.name',
    'list.0.slug',
    'list.1.name',
  ]);
  expect(Object.keys(stillWrong(errors, 'list', before, before.toReversed()))).toEqual(['firm.name']);
  expect(Object.keys(stillWrong(errors, 'list', before, [before[0]]))).toEqual(['firm.name']);
  expect(Object.keys(stillWrong(errors, 'firm.name', '', 'x'))).not.toContain('firm.name');
});

test('values are shown as a person reads them', () => {
  expect(show([{ name: 'Us', url: 'https://a.example' }])).toBe('Us · https://a.example');
  expect(show(null)).toBe('Nothing');
  expect(show(true)).toBe('On');
});
