import { describe, expect, it } from 'vitest';
import { duration, exactTime, hourIn, longTime, shortTime } from './time';

const now = Date.parse('2026-11-22T10:00:00Z');
const back = (ms: number) => new Date(now - ms).toISOString();
const HOUR = 3_600_000;

describe('relative time', () => {
  it('is short in columns', () => {
    expect(shortTime(back(20_000), now, 'UTC')).toBe('now');
    expect(shortTime(back(5 * 60_000), now, 'UTC')).toBe('5 min');
    expect(shortTime(back(9 * HOUR), now, 'UTC')).toBe('9 h');
    expect(shortTime(back(26 * HOUR), now, 'UTC')).toBe('Sat');
    expect(shortTime(back(24 * 20 * HOUR), now, 'UTC')).toBe('2 Nov');
    expect(shortTime(back(24 * 400 * HOUR), now, 'UTC')).toBe('18 Oct 2025');
  });

  it('writes dates in the language of the person and counts days all the same', () => {
    const at = back(24 * 20 * HOUR);
    expect(longTime(at, now, 'UTC', 'de-DE')).toBe('2. Nov., 10:00');
    expect(exactTime(at, 'UTC', 'de-DE')).toMatch(/^Montag, 2\. November 2026/);
    expect(longTime(back(26 * HOUR), now, 'UTC', 'en-US')).toMatch(/^yesterday, 08:00/);
    expect(shortTime(at, now, 'UTC', 'no tag at all')).toBe('2 Nov');
  });

  it('counts days by the calendar of the viewer, not by 24 hours', () => {
    const at = '2026-11-21T23:30:00Z';
    expect(longTime(at, now, 'UTC')).toBe('yesterday, 23:30');
    expect(longTime(at, now, 'Asia/Tokyo')).toBe('10 hours ago');
  });

  it('treats a clock that runs ahead as now', () => {
    expect(longTime(back(-30_000), now, 'UTC')).toBe('just now');
  });

  it('says when something is to come', () => {
    expect(longTime(back(-2 * HOUR), now, 'UTC')).toBe('today, 12:00');
    expect(longTime(back(-7 * 24 * HOUR), now, 'UTC')).toBe('29 Nov, 10:00');
    expect(longTime(back(-90 * 24 * HOUR), now, 'UTC')).toBe('20 Feb 2027, 10:00');
  });

  it('names the zone in the exact time', () => {
    expect(exactTime('2026-11-22T10:00:00Z', 'Europe/Berlin')).toMatch(
      /Sunday,? 22 November 2026 at 11:00 (CET|GMT\+1)/,
    );
  });

  it('knows the hour of the viewer', () => {
    expect(hourIn(now, 'America/New_York')).toBe(5);
  });
});

describe('duration', () => {
  it('rounds to what matters', () => {
    expect([0.2, 12, 95, 120, 725, 5000].map(duration)).toEqual([
      '< 1 min',
      '12 min',
      '1 h 35 min',
      '2 h',
      '12 h',
      '3 days',
    ]);
  });
});
