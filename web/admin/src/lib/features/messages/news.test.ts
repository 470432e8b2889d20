import { expect, it } from 'vitest';
import { newestSeen, newsSince } from './news';
import type { ThreadItem } from './types';

const line = (id: string, kind: ThreadItem['kind'], author?: string) =>
  ({ id, kind, author: author ? { id: author, name: author } : null }) as ThreadItem;

const thread = [
  line('b', 'client'),
  line('c', 'reply', 'ada'),
  line('d', 'reply', 'ben'),
  line('e', 'note', 'ben'),
  line('f', 'client'),
  line('g', 'reply', 'ada'),
];

it('counts what clients and colleagues wrote, and neither notes nor own replies', () => {
  const ids = (seen: string, me = 'ada') => newsSince(seen, thread, me).map(({ id }) => id);
  expect(ids('a')).toEqual(['b', 'd', 'f']);
  expect(ids('b')).toEqual(['d', 'f']);
  expect(ids('f')).toEqual([]);
  expect(ids('d', 'ben')).toEqual(['f', 'g']);
});

it('knows the newest line of others, or the message', () => {
  expect(newestSeen('a', thread, 'ada')).toBe('f');
  expect(newestSeen('a', thread, 'ben')).toBe('g');
  expect(newestSeen('a', [line('b', 'reply', 'ada'), line('c', 'note', 'ben')], 'ada')).toBe('a');
});
