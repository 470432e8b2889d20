import { expect, test } from 'vitest';
import type { SettingKey } from './types';
import { conflictsOf, isEmpty, same, show, startable, stillWrong } from './values';

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

test('only what is changed loses its mark', () => {
  const errors = {
    'firm.name': 'a',
    'services.list': 'b',
    'services.list.0.name': 'c',
    'services.list.1.name': 'd',
    'services.list.1.gets.1': 'e',
  };
  const list = [
    { slug: 'a', name: '', gets: [] },
    { slug: 'b', name: '', gets: ['x', ''] },
    { slug: 'c', name: 'C', gets: [] },
  ];
  const after = (to: unknown, back = false) =>
    Object.values(stillWrong(errors, 'services.list', list, to, back)).join('');
  expect(after(list.with(1, { ...list[1]!, name: 'B' }))).toBe('ace');
  expect(after(list.with(1, { ...list[1]!, slug: 'bb' }))).toBe('acde');
  expect(after(list.with(1, { ...list[1]!, gets: ['x', 'y'] }))).toBe('acd');
  expect(after(list.with(2, { ...list[2]!, name: 'CC' }))).toBe('acde');
  expect(after(list, true)).toBe('a');
  expect(stillWrong(errors, 'firm.name', '', 'N')).not.toHaveProperty(['firm.name']);
});

test('a mark goes with what moves, and away with what is taken out', () => {
  const errors = { 'services.list.0.name': 'c', 'services.list.1.gets.1': 'e' };
  const [a, b, c] = [{ slug: 'a', name: '' }, { slug: 'b', gets: ['x', ''] }, { slug: 'c' }];
  const after = (to: unknown) => stillWrong(errors, 'services.list', [a, b, c], to);
  expect(after([b, a, c])).toEqual({ 'services.list.1.name': 'c', 'services.list.0.gets.1': 'e' });
  expect(after([b, c])).toEqual({ 'services.list.0.gets.1': 'e' });
  expect(after([a, b, c, { slug: 'd' }])).toEqual(errors);
  expect(stillWrong({ 'mail.to.1': 'x' }, 'mail.to', ['a', 'b'], ['b'])).toEqual({ 'mail.to.0': 'x' });
});

test('offers examples only for what is empty', () => {
  const key = (name: string, example?: unknown) => ({ key: name, example }) as SettingKey;
  const keys = [key('title', 'How it starts'), key('steps', [{ title: 'A', text: 'B' }]), key('order')];
  const offered = (values: Record<string, unknown>) =>
    startable(keys, (name) => values[name]).map((one) => one.key);
  expect(offered({ title: null, steps: [], order: [] })).toEqual(['title', 'steps']);
  expect(offered({ title: 'Ours', steps: [] })).toEqual(['steps']);
  expect(offered({ title: 'Ours', steps: [{ title: '', text: '' }] })).toEqual([]);
  expect([null, undefined, '', [], 0, false, 'a', [0]].map(isEmpty)).toEqual([
    ...[true, true, true, true],
    ...[false, false, false, false],
  ]);
});
