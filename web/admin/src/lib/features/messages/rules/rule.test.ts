import { expect, test } from 'vitest';
import type { MessageRule } from '../types';
import { actions, conditions, formOf, ruleOf } from './rule';

const rule: MessageRule = {
  id: 'r',
  name: 'Bills',
  isActive: true,
  service: null,
  words: [],
  hours: null,
  assignTo: null,
  tags: [],
  status: null,
  etag: '"1"',
  updatedAt: '2026-03-02T09:00:00Z',
};
const name = (slug: string) => slug.toUpperCase();

test('a form becomes the rule that it shows, and the other way round', () => {
  const form = formOf({
    ...rule,
    service: 'web',
    words: ['unpaid bill', 'invoice'],
    hours: 'closed',
    assignTo: { id: 'b', name: 'Ben' },
    tags: ['money', 'late'],
    status: 'in_progress',
  });
  expect(form.words).toBe('unpaid bill\ninvoice');
  expect(ruleOf(form)).toEqual({
    name: 'Bills',
    service: 'web',
    words: ['unpaid bill', 'invoice'],
    hours: 'closed',
    assignTo: 'b',
    tags: ['money', 'late'],
    status: 'in_progress',
  });
});

test('empty fields ask and do nothing', () => {
  expect(ruleOf({ ...formOf(null), name: ' x ', words: '\n \n', tags: ' , ' })).toEqual({
    name: 'x',
    service: null,
    words: [],
    hours: null,
    assignTo: null,
    tags: [],
    status: null,
  });
});

test('a rule reads as a sentence', () => {
  expect(conditions(rule, name)).toBe('Every message');
  expect(conditions({ ...rule, service: 'web', words: ['a', 'b'], hours: 'open' }, name)).toBe(
    'About WEB, with “a” or “b”, during opening hours',
  );
  expect(conditions({ ...rule, hours: 'closed' }, name)).toBe('Outside opening hours');
  expect(actions({ ...rule, assignTo: { id: 'b', name: 'Ben' }, tags: ['x', 'y'], status: 'spam' })).toBe(
    'Assign to Ben, tag x, y, move to Spam',
  );
  expect(actions({ ...rule, tags: ['x'] })).toBe('Tag x');
});
