import { describe, expect, it } from 'vitest';
import { activeFilters, parseFilters, stillFits, toQuery, toSearch, withoutFilters } from './filters';
import type { MessageSummary } from './types';

const parse = (text: string) => parseFilters(new URLSearchParams(text));

describe('filters', () => {
  it('opens on open messages, by activity, with a clean address', () => {
    expect(toSearch(parse(''))).toBe('');
    expect(toQuery(parse(''))).toEqual({ status: 'new,in_progress', snoozed: false });
  });

  it('survives the way through the address', () => {
    const text =
      '?view=all&status=new%2Cspam&service=web&assignedTo=none&tag=vip&from=2026-01-01&to=2026-02-01&q=a+b&sort=oldest';
    expect(toSearch(parse(text))).toBe(text);
  });

  it('drops what it does not understand', () => {
    expect(toSearch(parse('view=nope&status=bad,new&from=yesterday&sort=up'))).toBe('?status=new');
  });

  it('turns views into queries', () => {
    expect(toQuery(parse('view=mine'))).toMatchObject({ assignedTo: 'me', status: 'new,in_progress' });
    expect(toQuery(parse('view=unassigned'))).toMatchObject({ assignedTo: 'none' });
    expect(toQuery(parse('view=all'))).toEqual({});
    expect(toQuery(parse('view=snoozed&sort=waiting'))).toEqual({
      status: 'new,in_progress',
      snoozed: true,
      sort: 'waiting',
    });
    expect(toQuery(parse('q=anna'))).toEqual({ status: 'new,in_progress', q: 'anna' });
    expect(toQuery(parse('view=spam')).status).toBe('spam');
  });

  it('lets an explicit filter win over the view', () => {
    expect(toQuery(parse('view=mine&assignedTo=42&status=spam'))).toMatchObject({
      assignedTo: '42',
      status: 'spam',
    });
  });

  it('counts and clears filters but keeps view and order', () => {
    const filters = parse('view=mine&tag=vip&q=x&sort=oldest');
    expect(activeFilters(filters)).toEqual(['tag', 'q']);
    expect(toSearch(withoutFilters(filters))).toBe('?view=mine&sort=oldest');
  });

  it('knows when a changed message leaves the view', () => {
    const message = {
      status: 'new',
      assignedTo: { id: 'me', name: 'Me' },
      tags: ['vip'],
      snoozedUntil: null,
      waitingSince: '2026-03-02T09:00:00Z',
    } as MessageSummary;
    expect(stillFits(message, parse(''), 'me')).toBe(true);
    expect(stillFits({ ...message, status: 'archived' }, parse(''), 'me')).toBe(false);
    expect(stillFits(message, parse('view=unassigned'), 'me')).toBe(false);
    expect(stillFits(message, parse('view=mine'), 'me')).toBe(true);
    expect(stillFits(message, parse('tag=other'), 'me')).toBe(false);
    const snoozed = { ...message, snoozedUntil: '2026-03-04' };
    expect(stillFits(snoozed, parse(''), 'me')).toBe(false);
    expect(stillFits(snoozed, parse('view=snoozed'), 'me')).toBe(true);
    expect(stillFits(snoozed, parse('view=all'), 'me')).toBe(true);
    expect(stillFits(message, parse('view=snoozed'), 'me')).toBe(false);
    expect(stillFits({ ...message, waitingSince: null }, parse('sort=waiting'), 'me')).toBe(false);
  });
});
