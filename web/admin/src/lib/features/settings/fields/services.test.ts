import { expect, test } from 'vitest';
import type { Service } from '../types';
import { edited, freeSlug, isExample, placeOf, whichOf } from './services';

const service = (slug: string, id?: string) => ({ slug, ...(id ? { id } : {}) }) as Service;
const [a, b, fresh] = [service('a', '1'), service('b', '2'), service('new-service')];

test('a service is found again where it moved to, renamed or saved', () => {
  expect(placeOf([b, a], whichOf(a, 0))).toBe(1);
  expect(placeOf([b, service('other', '1')], whichOf(a, 0))).toBe(1);
  expect(placeOf([fresh, a, b], whichOf(fresh, 2))).toBe(0);
  expect(placeOf([a, b, service('new-service', '3')], whichOf(fresh, 2))).toBe(2);
});

test('a service that was discarded is not taken for another', () => {
  expect(placeOf([a, b], whichOf(fresh, 2))).toBe(-1);
  expect(placeOf([a], whichOf(b, 0))).toBe(-1);
  expect(placeOf([a, b], whichOf(service('b'), 2))).toBe(-1);
});

test('of two with one address it is the one that was meant', () => {
  const twin = service('a');
  expect(placeOf([a, b, twin], whichOf(twin, 2))).toBe(2);
  expect(placeOf([a, twin, b], whichOf(twin, 2))).toBe(1);
  expect(placeOf([twin, a], whichOf(a, 0))).toBe(1);
});

test('a new service has an address of its own', () => {
  expect(freeSlug([a], 'New service')).toBe('new-service');
  expect(freeSlug([fresh, service('new-service-2')], 'New service')).toBe('new-service-3');
  expect(freeSlug([], 'Straße & Café – Über uns ')).toBe('strasse-cafe-uber-uns');
  expect(freeSlug([], '東京')).toBe('service');
});

test('until it is saved, the address follows the name', () => {
  const named = (name: string, slug: string, id?: string) => ({ ...service(slug, id), name }) as Service;
  const one = named('New service', 'new-service');
  expect(edited([a, one], 1, { ...one, name: 'Odds and ends' }).slug).toBe('odds-and-ends');
  expect(edited([a, one], 1, { ...one, name: 'A' }).slug).toBe('a-2');
  expect(edited([a, one], 1, { ...one, slug: 'mine' }).slug).toBe('mine');
  const typed = named('New service', 'mine');
  expect(edited([a, typed], 1, { ...typed, name: 'Other' }).slug).toBe('mine');
  const saved = named('New service', 'new-service', '3');
  expect(edited([a, saved], 1, { ...saved, name: 'Other' }).slug).toBe('new-service');
});

test('an example is one until a text of it changes, wherever it stands and whatever its id', () => {
  const examples = [
    { ...service('a', '1'), name: 'A', startsFrom: null },
    { ...service('b', '2'), name: 'B' },
  ];
  expect(isExample({ ...service('b'), name: 'B' }, examples)).toBe(true);
  expect(isExample({ ...service('a', '9'), name: 'A' }, examples)).toBe(true);
  expect(isExample({ ...service('a', '1'), name: 'Our A' }, examples)).toBe(false);
  expect(isExample({ ...service('a', '1'), name: 'A', startsFrom: '5 €' }, examples)).toBe(false);
});
