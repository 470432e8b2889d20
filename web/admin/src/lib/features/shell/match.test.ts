import { describe, expect, it } from 'vitest';
import { fitting } from './match';

const items = [
  { label: 'Holidays', words: 'closed vacation hours' },
  { label: 'Weekly hours', words: 'opening times' },
  { label: 'Second factor', words: '2fa two-factor TOTP' },
  { label: 'Sign out', words: 'log out logout' },
  { label: 'Büro in der Königstraße' },
];
const labels = (query: string) => {
  const { titles, related } = fitting(items, query);
  return [titles, related].map((list) => list.map(({ label }) => label));
};

describe('what the palette finds', () => {
  it('goes by the beginnings of words, titles first', () => {
    expect(labels('hour')).toEqual([['Weekly hours'], ['Holidays']]);
    expect(labels('ours')).toEqual([[], []]);
  });

  it('needs every word, wherever it stands', () => {
    expect(labels('hours week')).toEqual([['Weekly hours'], []]);
    expect(labels('weekly opening')).toEqual([[], ['Weekly hours']]);
    expect(labels('weekly vacation')).toEqual([[], []]);
  });

  it('splits words as people write them', () => {
    expect(labels('2FA')[1]).toEqual(['Second factor']);
    expect(labels('two factor')[1]).toEqual(['Second factor']);
    expect(labels('log-out')[1]).toEqual(['Sign out']);
  });

  it('knows no accents', () => {
    expect(labels('buro konigstrasse')[0]).toEqual(['Büro in der Königstraße']);
    expect(labels('BÜRO')[0]).toEqual(['Büro in der Königstraße']);
  });

  it('takes an email for mail', () => {
    const { titles } = fitting([{ label: 'Mailboxes' }, { label: 'Test email' }], 'mail');
    expect(titles).toHaveLength(2);
    for (const query of ['email', 'e-mail', 'test mail'])
      expect(fitting([{ label: 'Test email' }], query).titles).toHaveLength(1);
  });

  it('finds nothing by signs alone', () => {
    expect(labels(' . ')).toEqual([[], []]);
  });
});
