import { expect, it } from 'vitest';
import { describeGroup } from './history';
import type { Service, SettingKey } from './types';

const keys = [
  { key: 'firm.city', group: 'firm', section: 'Address', label: 'City', kind: { type: 'line', max: 80 } },
  { key: 'hours.weekly', group: 'hours', section: '', label: 'Weekly hours', kind: { type: 'hours' } },
  { key: 'hours.holidays', group: 'hours', section: '', label: 'Holidays', kind: { type: 'holidays' } },
  { key: 'hours.timeZone', group: 'hours', section: '', label: 'Time zone', kind: { type: 'timeZone' } },
  {
    ...{ key: 'security.secondFactorRoles', group: 'security', section: '', label: 'Second factor' },
    kind: { type: 'choices', options: [{ value: 'admin', label: 'Admins' }] },
  },
  {
    ...{ key: 'security.sessionDays', group: 'security', section: '', label: 'Sessions' },
    kind: { type: 'integer', min: 1, max: 90, unit: 'days' },
  },
  {
    ...{ key: 'site.homeBlocks', group: 'site', section: 'Home page: order', label: 'Blocks' },
    kind: { type: 'blocks', options: [{ value: 'ask', label: 'Invitation', texts: [] }] },
  },
  {
    ...{ key: 'site.homePromises', group: 'site', section: '', label: 'Promises' },
    kind: { type: 'points', max: 12 },
  },
] as SettingKey[];

const told = (group: string, field: string, value: unknown) => {
  const words = describeGroup(group, keys, [{ slug: 'gardens', name: 'Gardens' } as Service])(field);
  return words && [words.label, words.show(value)];
};

it('calls a field by its label and its value by the words of its page', () => {
  expect(told('firm', 'firm.city', 'Turku')).toEqual(['Address: City', 'Turku']);
  const times = [
    { day: 'mon', opens: '09:00', closes: '12:00' },
    { day: 'tue', opens: '10:00', closes: '17:00' },
  ];
  expect(told('hours', 'hours.weekly', times)).toEqual([
    'Weekly hours',
    'Monday 09:00–12:00\nTuesday 10:00–17:00',
  ]);
  expect(told('hours', 'hours.weekly', [])).toEqual(['Weekly hours', 'Closed']);
  expect(told('hours', 'hours.holidays', [{ name: 'Eve', from: '2026-12-24', until: null }])).toEqual([
    'Holidays',
    expect.stringMatching(/^Eve: Thursday,? 24 December 2026$/),
  ]);
  expect(told('hours', 'hours.timeZone', 'Europe/Kiev')).toEqual(['Time zone', 'Europe/Kyiv']);
  expect(told('security', 'security.secondFactorRoles', ['admin', 'x'])).toEqual([
    'Second factor',
    'Admins\nx',
  ]);
  const blocks = [
    { block: 'ask', shown: false },
    { block: 'gone', shown: true },
  ];
  expect(told('site', 'site.homeBlocks', blocks)).toEqual([
    'Home page: order: Blocks',
    'Invitation (hidden)\ngone',
  ]);
  expect(told('site', 'site.homePromises', [{ title: 'We say no', text: 'Often.' }])).toEqual([
    'Promises',
    'We say no · Often.',
  ]);
  expect(told('site', 'site.homePromises', [])).toEqual(['Promises', 'Nothing']);
  expect(told('security', 'security.sessionDays', 30)).toEqual(['Sessions', '30 days']);
});

it('knows the parts of a service, and nothing of other groups', () => {
  expect(told('services', 'services.gardens.summary', '')).toEqual(['Gardens: Summary', 'Nothing']);
  expect(told('services', 'services.gardens', 'Gardens')).toEqual(['Gardens', 'Gardens']);
  expect(told('services', 'services.order', ['b', 'a'])).toEqual(['Order of services', 'b\na']);
  expect(told('firm', 'hours.weekly', [])).toBeUndefined();
  expect(told('privacy', 'privacy.gone', true)).toEqual(['privacy.gone', 'On']);
});
