import { expect, it } from 'vitest';
import { firstName, initials } from './name';

it('knows first names', () => {
  expect([firstName('  Ada Lovelace '), firstName('Plato'), firstName('')]).toEqual(['Ada', 'Plato', '']);
});

it('draws initials from the name alone', () => {
  expect(initials('Ben Okafor (sample)')).toBe('BO');
});

it('draws initials from whole characters', () => {
  const of = (...names: string[]) => names.map(initials);
  expect(of('Ada Lovelace', 'plato', '  Anna  Maria Virtanen ', '')).toEqual(['AL', 'P', 'AV', '?']);
  expect(of('👩‍👩‍👧 Émile', '🇫🇮 Team 🇪🇺', '👋🏽', '❤️ Fund')).toEqual(['👩‍👩‍👧É', '🇫🇮🇪🇺', '👋🏽', '❤️F']);
  expect(of('e\u0301mile zola', '𝒜𝒷 𝒞', 'नि शा', 'ßen ﬁn')).toEqual(['E\u0301Z', '𝒜𝒞', 'निशा', 'ßﬁ']);
});
