import { expect, it } from 'vitest';
import { beyond } from './elsewhere';

it('says which statuses the others have, the most frequent first', () => {
  const item = (id: string, status: string) => ({ id, status });
  const items = [item('a', 'new'), item('b', 'spam'), item('c', 'replied'), item('d', 'replied')];
  const all = { items, total: 4, more: false };
  const find = (ids: string[]) => beyond({ ids, total: ids.length }, all, ({ status }) => status);
  expect(find(['a'])).toEqual({
    total: 3,
    more: false,
    statuses: [
      ['replied', 2],
      ['spam', 1],
    ],
  });
  expect(find(['a', 'b', 'c', 'd'])).toBeNull();
});
