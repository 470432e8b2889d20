import { expect, it } from 'vitest';
import { widest } from './elsewhere';
import { parseFilters } from './filters';

const filters = (search: string) => parseFilters(new URLSearchParams(search));

it('looks among all messages, unless it does so already', () => {
  expect(widest(filters('view=mine'))).toBeNull();
  expect(widest(filters('view=all&q=anna'))).toBeNull();
  expect(widest(filters('view=all&q=anna&sort=oldest'))).toBeNull();
  expect(widest(filters('q=anna'))).toMatchObject({ view: 'all', q: 'anna' });
  expect(widest(filters('view=all&q=anna&tag=vip'))).toMatchObject({ view: 'all', q: 'anna', tag: '' });
  expect(widest(filters('view=all&q=anna&status=new'))).toMatchObject({ status: [] });
});
