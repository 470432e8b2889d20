import { expect, it } from 'vitest';
import type { Colleague } from '../api/types';
import { findColleagues, mentionTrigger } from './mentions';

const at = (text: string) => mentionTrigger(text, text.length);

it('begins with @ where a word begins', () => {
  expect(at('@')).toEqual({ start: 0, query: '' });
  expect(at('Ask @be')).toEqual({ start: 4, query: 'be' });
  expect(at('(@Ben Oka')).toEqual({ start: 1, query: 'Ben Oka' });
  expect(at('mail ben@firm')).toBeNull();
  expect(at('@Ben, please')).toBeNull();
  expect(at('@Ben Okafor please')).toBeNull();
});

it('finds colleagues by any of their names, without oneself and those who have left', () => {
  const person = (id: string, name: string, isActive = true) => ({ id, name, isActive }) as Colleague;
  const all = [person('1', 'Ada Lovelace'), person('2', 'Ben Okafor'), person('3', 'Olga Benz', false)];
  all.push(person('4', 'Zoë Müller'));
  const names = (query: string) => findColleagues(all, '1', query).map(({ name }) => name);
  expect(names('')).toEqual(['Ben Okafor', 'Zoë Müller']);
  expect(names('zoe m')).toEqual(['Zoë Müller']);
  expect(names('oka')).toEqual(['Ben Okafor']);
  expect(names('ben o')).toEqual(['Ben Okafor']);
  expect(names('ada')).toEqual([]);
  expect(names('enz')).toEqual([]);
});
