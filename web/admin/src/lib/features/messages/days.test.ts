import { describe, expect, it } from 'vitest';
import { offersFrom, range } from './days';

const days = (at: string) => offersFrom(new Date(at)).map(({ offer, day }) => `${offer} ${day}`);

describe('the days on offer', () => {
  it('begin tomorrow', () => {
    expect(days('2026-03-04T23:59:00')).toEqual([
      'tomorrow 2026-03-05',
      'monday 2026-03-09',
      'twoWeeks 2026-03-18',
      'month 2026-04-04',
    ]);
  });
  it('name a Monday once', () => {
    expect(days('2026-03-08T12:00:00').map((one) => one.split(' ')[0])).toEqual([
      'tomorrow',
      'twoWeeks',
      'month',
    ]);
    expect(days('2026-03-09T12:00:00')).toContain('monday 2026-03-16');
    expect(days('2026-03-07T12:00:00')).toContain('monday 2026-03-09');
  });
  it('stay within the next month', () => {
    expect(days('2026-01-31T12:00:00').at(-1)).toBe('month 2026-02-28');
    expect(days('2026-12-31T12:00:00').at(-1)).toBe('month 2027-01-31');
  });
  it('end in a year', () => {
    expect(range(new Date('2026-03-04T12:00:00'))).toEqual({ min: '2026-03-05', max: '2027-03-04' });
  });
});
