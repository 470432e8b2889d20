import { expect, it } from 'vitest';
import { beginning, clockTime, dayOf, rows } from './lines';
import type { Entry } from './talk';

const said = (from: 'visitor' | 'staff' | 'system', at: string, staffId = 'ben') =>
  ({ kind: 'line', key: at, at, line: { from, staffId, createdAt: at } }) as Entry;

it('names the speaker again after a while, and when another one speaks', () => {
  const list = rows(
    [
      said('visitor', '2026-01-01T09:00:00Z'),
      said('visitor', '2026-01-01T09:01:00Z'),
      said('visitor', '2026-01-01T09:07:00Z'),
      said('staff', '2026-01-01T09:08:00Z'),
      said('staff', '2026-01-01T09:08:30Z', 'anna'),
    ],
    'UTC',
  );
  expect(list.map(({ first }) => first)).toEqual([true, false, true, true, true]);
});

it('begins a day where the person is', () => {
  const list = [said('visitor', '2026-01-01T21:30:00Z'), said('visitor', '2026-01-01T22:30:00Z')];
  expect(rows(list, 'UTC').map(({ day }) => day)).toEqual([true, false]);
  expect(rows(list, 'Europe/Helsinki').map(({ day }) => day)).toEqual([true, true]);
});

it('says when', () => {
  expect(clockTime('2026-01-01T12:05:00Z', 'Europe/Helsinki')).toBe('14:05');
  const now = Date.parse('2026-03-01T00:00:00Z');
  expect(dayOf('2026-01-01T12:05:00Z', now, 'UTC')).toBe('Thursday 1 January');
  expect(dayOf('2025-01-01T12:05:00Z', now, 'UTC')).toMatch(/^Wednesday,? 1 January 2025$/);
});

it('quotes the beginning of a line', () => {
  expect(beginning({ content: ' My password\nis hunter2 ', files: [] })).toBe('My password is hunter2');
  expect(beginning({ content: 'I have a question about the printer in our office.', files: [] })).toBe(
    'I have a question about the printer in o…',
  );
  expect(beginning({ content: '', files: [{ name: 'offer.pdf' }] as never })).toBe('offer.pdf');
});
