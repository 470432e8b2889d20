import { expect, it } from 'vitest';
import { beyond, widest } from './elsewhere';
import { parseFilters } from './filters';
import type { MessageStatus, MessageSummary } from './types';

const filters = (search: string) => parseFilters(new URLSearchParams(search));

it('looks among all messages, unless it does so already', () => {
  expect(widest(filters('view=mine'))).toBeNull();
  expect(widest(filters('view=all&q=anna'))).toBeNull();
  expect(widest(filters('view=all&q=anna&sort=oldest'))).toBeNull();
  expect(widest(filters('q=anna'))).toMatchObject({ view: 'all', q: 'anna' });
  expect(widest(filters('view=all&q=anna&tag=vip'))).toMatchObject({ view: 'all', q: 'anna', tag: '' });
  expect(widest(filters('view=all&q=anna&status=new'))).toMatchObject({ status: [] });
});

it('says which statuses the others have, the most frequent first', () => {
  const item = (id: string, status: MessageStatus) => ({ id, status }) as MessageSummary;
  const items = [item('a', 'new'), item('b', 'spam'), item('c', 'replied'), item('d', 'replied')];
  const all = { items, total: 4, more: false };
  expect(beyond({ ids: ['a'], total: 1 }, all)).toEqual({
    total: 3,
    more: false,
    statuses: [
      ['replied', 2],
      ['spam', 1],
    ],
  });
  expect(beyond({ ids: ['a', 'b', 'c', 'd'], total: 4 }, all)).toBeNull();
});
