import { describe, expect, it } from 'vitest';
import { isLive, parseFilters, stillFits, toQuery, toSearch, withoutFilters } from './filters';
import type { ChatSession } from './types';
import { VIEWS } from './views';

const parsed = (search: string) => parseFilters(new URLSearchParams(search));
const one = (more: Partial<ChatSession>) =>
  ({
    status: 'closed',
    isSpam: false,
    missed: false,
    staffId: null,
    tags: [],
    ...more,
  }) as unknown as ChatSession;

describe('the address', () => {
  it('has only what differs from the default, and comes back the same', () => {
    expect(toSearch(parsed(''))).toBe('');
    const search = '?view=closed&assignedTo=me&tag=a+b&from=2026-01-01&q=printer';
    expect(toSearch(parsed(search))).toBe(search);
    expect(toSearch(withoutFilters(parsed(search)))).toBe('?view=closed');
  });

  it('takes nothing that is not a view or a day', () => {
    expect(parsed('?view=toString&from=yesterday')).toEqual(parsed(''));
  });
});

describe('the query', () => {
  it('asks for the view', () => {
    expect(toQuery(parsed(''))).toEqual({ status: 'waiting,active' });
    expect(toQuery(parsed('?view=mine'))).toEqual({ status: 'active', assignedTo: 'me' });
    expect(toQuery(parsed('?view=all&q=%20a%20'))).toEqual({ q: 'a' });
  });

  it('is not needed where the socket knows all', () => {
    expect(VIEWS.filter((view) => isLive(parsed(`?view=${view}`)))).toEqual(['open', 'waiting', 'mine']);
    expect(isLive(parsed('?q=a'))).toBe(false);
  });
});

describe('a session that changed', () => {
  const fits = (search: string, more: Partial<ChatSession>) => stillFits(one(more), parsed(search), 'me');
  it('stays where it belongs', () => {
    expect(fits('?view=closed', {})).toBe(true);
    expect(fits('?view=closed', { status: 'active' })).toBe(false);
    expect(fits('?view=all', { isSpam: true })).toBe(false);
    expect(fits('?view=spam', { isSpam: true })).toBe(true);
    expect(fits('?view=missed', { missed: true })).toBe(true);
    expect(fits('?view=all&tag=a', { tags: ['a'] })).toBe(true);
    expect(fits('?view=all&tag=a', { tags: ['b'] })).toBe(false);
  });

  it('is of the person who is asked for', () => {
    expect(fits('?view=mine', { status: 'active', staffId: 'me' })).toBe(true);
    expect(fits('?view=mine', { status: 'active', staffId: 'ben' })).toBe(false);
    expect(fits('?view=all&assignedTo=none', { staffId: 'ben' })).toBe(false);
    expect(fits('?view=all&assignedTo=none', {})).toBe(true);
    expect(fits('?view=all&assignedTo=ben', { staffId: 'ben' })).toBe(true);
  });
});
