import { describe, expect, it } from 'vitest';
import { fill, findCanned, openVariables, trigger, unknownVariables } from './canned';
import type { Schema } from '../api/types';

describe('canned replies', () => {
  it('fills in what is known and names what is not', () => {
    const values = { 'client.firstName': 'Ada', 'message.service': null };
    const text = fill('Dear {{client.firstName}}, about {{ message.service }}: {{message.service}}', values);
    expect(text).toBe('Dear Ada, about {{ message.service }}: {{message.service}}');
    expect(openVariables(text)).toEqual(['message.service']);
    expect(openVariables('Braces such as {{these}} are text.')).toEqual([]);
  });

  it('does not expand what a client wrote', () => {
    expect(fill('{{client.name}}', { 'client.name': '{{firm.name}}', 'firm.name': 'X' })).toBe(
      '{{firm.name}}',
    );
  });

  it('finds variables that do not exist', () => {
    expect(unknownVariables('{{client.name}} {{client.age}} {{}}')).toEqual(['client.age', '']);
  });

  it('hears a semicolon or a slash only where a word begins', () => {
    expect(trigger('Hello ;tha', 10)).toEqual({ start: 6, query: 'tha' });
    expect(trigger(';', 1)).toEqual({ start: 0, query: '' });
    expect(trigger('end;', 4)).toBeNull();
    expect(trigger(';done now', 9)).toBeNull();
    expect(trigger('Hello /tha', 10)).toEqual({ start: 6, query: 'tha' });
    expect(trigger('and/or', 6)).toBeNull();
  });

  it('puts the shortcut first', () => {
    const canned = (title: string, shortcut: string | null, content = '') =>
      ({ title, shortcut, content }) as Schema['CannedReply'];
    const list = [
      canned('Thanks a lot', null),
      canned('Offer', null, 'thanks'),
      canned('Gratitude', 'thanks'),
    ];
    expect(findCanned(list, 'THA').map((c) => c.title)).toEqual(['Gratitude', 'Thanks a lot', 'Offer']);
    expect(findCanned(list, 'zzz')).toEqual([]);
  });
});
