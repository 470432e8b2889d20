import { expect, it } from 'vitest';
import { viewOf, widest } from './elsewhere';
import { parseFilters } from './filters';
import type { ChatSession } from './types';

it('looks among all chats, unless it does so already', () => {
  const wide = (search: string) => widest(parseFilters(new URLSearchParams(search)));
  expect(wide('view=mine')).toBeNull();
  expect(wide('view=all&q=printer')).toBeNull();
  expect(wide('q=printer')).toMatchObject({ view: 'all', q: 'printer' });
  expect(wide('view=all&q=printer&tag=vip')).toMatchObject({ view: 'all', q: 'printer', tag: '' });
});

it('says in which view a chat is', () => {
  const of = (more: Partial<ChatSession>) => viewOf(more as ChatSession, 'me');
  expect(of({ status: 'waiting' })).toBe('waiting');
  expect(of({ status: 'active', staffId: 'me' })).toBe('mine');
  expect(of({ status: 'active', staffId: 'other' })).toBe('all');
  expect(of({ status: 'closed', missed: true })).toBe('missed');
  expect(of({ status: 'closed', missed: false })).toBe('closed');
});
