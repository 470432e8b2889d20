import { expect, test } from 'vitest';
import type { Service } from '../types';
import { freeSlug, placeOf, whichOf } from './services';

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
  expect(freeSlug([a])).toBe('new-service');
  expect(freeSlug([fresh, service('new-service-2')])).toBe('new-service-3');
});
