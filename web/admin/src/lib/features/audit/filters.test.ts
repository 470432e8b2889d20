import { describe, expect, it } from 'vitest';
import { change, inUse, isFiltered, NONE, parseFilters, toSearch } from './filters';
import { headIn, lines } from './stream';

describe('filters of the audit trail', () => {
  it('go into the address and come back', () => {
    const filters = { ...NONE, action: 'auth.*', q: 'wrong password', from: '2026-01-31' };
    expect(parseFilters(new URLSearchParams(toSearch(filters)))).toEqual(filters);
    expect(toSearch(NONE)).toBe('');
    expect(isFiltered(NONE)).toBe(false);
    expect(isFiltered(filters)).toBe(true);
    expect([inUse(NONE), inUse(filters), inUse({ ...filters, actor: 'a' })]).toEqual([0, 2, 3]);
  });

  it('leave a single entity when its type is chosen anew', () => {
    const one = { ...NONE, entityType: 'message', entityId: 'x' };
    expect(change(one, { entityType: 'staff' }).entityId).toBe('');
    expect(change(one, { q: 'x' }).entityId).toBe('x');
  });
});

describe('lines of a stream', () => {
  it('are whole, wherever the pieces were cut', async () => {
    const text = '{"a":1}\n{"b":"ü"}\n{"c":3}';
    const bytes = new TextEncoder().encode(text);
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(new Uint8Array([byte]));
        controller.close();
      },
    });
    const seen: unknown[] = [];
    for await (const line of lines(new Response(stream))) seen.push(line);
    expect(seen).toEqual([{ a: 1 }, { b: 'ü' }, { c: 3 }]);
  });
});

describe('a head in a text', () => {
  it('is found among other words', () => {
    const head = `42:${'0a'.repeat(32)}`;
    expect(headIn(`Hello Ben,\n\n${head}\n\nKeep this mail.`)).toBe(head);
    expect(headIn('nothing here 42:abc')).toBeNull();
  });
});
