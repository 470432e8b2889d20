import { expect, it } from 'vitest';
import { firstName } from './name';

it('knows first names', () => {
  expect([firstName('  Ada Lovelace '), firstName('Plato'), firstName('')]).toEqual(['Ada', 'Plato', '']);
});
