import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fitting } from '../../shell/match';
import type { SettingKey, SettingsSchema } from '../types';
import { pagesOf, placesOf } from './places';
import { own } from './strings';

const key = (name: string, label: string, section = '') =>
  ({ key: name, label, group: name.split('.')[0], section }) as SettingKey;

const schema = {
  groups: [
    { id: 'firm', label: 'Firm' },
    { id: 'hours', label: 'Hours' },
    { id: 'security', label: 'Security' },
  ],
  keys: [
    key('firm.logo', 'Logo', 'Appearance'),
    key('firm.accentHue', 'Accent colour', 'Appearance'),
    key('hours.weekly', 'Weekly hours'),
    key('hours.holidays', 'Holidays'),
    key('security.secondFactorRoles', 'Required for', 'Second factor'),
  ],
} as SettingsSchema;
const places = placesOf(schema);
const found = (query: string) => {
  const { titles, related } = fitting(places, query);
  return [...titles, ...related].map(({ label, path }) => `${label} ${path}`);
};

describe('settings in the palette', () => {
  it('lead to their group, heading or field', () => {
    expect(found('holiday')[0]).toBe('Holidays /settings/hours#hours.holidays');
    expect(found('appearance')[0]).toBe('Appearance /settings/firm#firm.logo');
    expect(found('hours')[0]).toBe('Hours /settings/hours');
  });

  it('are found by usual words', () => {
    expect(found('opening times')).toContain('Weekly hours /settings/hours#hours.weekly');
    expect(found('color')).toEqual(['Accent colour /settings/firm#firm.accentHue']);
    expect(found('2fa')).toContain('Required for /settings/security#security.secondFactorRoles');
  });

  it('say where they are', () => {
    expect(places.find(({ label }) => label === 'Logo')?.detail).toBe('Settings · Firm · Appearance');
    expect(places.find(({ label }) => label === 'Holidays')?.detail).toBe('Settings · Hours');
  });

  it('have ids of their own', () => {
    expect(new Set(places.map(({ id }) => id)).size).toBe(places.length);
  });
});

describe('own pages in the palette', () => {
  const pages = pagesOf([{ id: '7', title: 'Impressum', path: '/p/legal-notice' }]);

  it('are found by title and address, and open for editing', () => {
    expect(fitting(pages, 'impr').titles[0]?.path).toBe('/settings/pages/7');
    expect(fitting(pages, 'legal').related[0]?.detail).toBe('Settings · Pages · /p/legal-notice');
  });
});

describe('the other words', () => {
  const reference = readFileSync(
    fileURLToPath(new URL('../../../../../../../docs/settings.md', import.meta.url)),
    'utf8',
  );
  const keys = [...reference.matchAll(/^\| `([a-z]+\.\w+)`/gm)].map(([, name = '']) => name);

  it('are those of settings that exist', () => {
    const named = Object.keys(own.places).filter((name) => name.includes('.'));
    expect(named.filter((name) => !keys.includes(name))).toEqual([]);
  });

  it('exist for every group', () => {
    const groups = [...new Set(keys.map((name) => name.split('.')[0] ?? ''))];
    expect(groups.filter((group) => !own.places[group])).toEqual([]);
  });
});
