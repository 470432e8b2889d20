import { beforeEach, expect, it, vi } from 'vitest';
import { silentError } from './errors';
import type * as Http from './http';
import { KEY } from './reach';

vi.stubGlobal('location', { origin: 'http://localhost' });
const sent: (string | null)[] = [];
let answers: boolean;
vi.mock('./reach', async (actual) => ({
  ...(await actual<object>()),
  reach: async (request: Request) => {
    sent.push(request.headers.get(KEY));
    if (!answers) throw silentError(false);
    return new Response('{"data":{}}');
  },
}));

let http: typeof Http.http;
beforeEach(async () => {
  sent.length = 0;
  answers = true;
  ({ http } = await import('./http'));
});
const add = (title: string) =>
  http
    .POST('/api/admin/canned-replies', { body: { title, content: 'Hello', shortcut: '' } })
    .catch(() => undefined);

it('each POST has a key of its own', async () => {
  await add('a');
  await add('a');
  expect(sent[0]).toBeTruthy();
  expect(sent[1]).not.toBe(sent[0]);
});

it('a POST without a response is tried again with the same key, unless it changed', async () => {
  answers = false;
  await add('a');
  await add('a');
  await add('b');
  answers = true;
  await add('b');
  await add('b');
  const [a1, a2, b1, b2, b3] = sent;
  expect([a2, b2]).toEqual([a1, b1]);
  expect(new Set([a1, b1, b3]).size).toBe(3);
});

it('another change at the same URL in between makes it a new one', async () => {
  const params = { params: { path: { id: 'x' } } };
  const url = '/api/admin/messages/{id}/block-sender' as const;
  answers = false;
  await http.POST(url, params).catch(() => undefined);
  answers = true;
  await http.DELETE(url, params);
  await http.POST(url, params);
  expect(sent[2]).not.toBe(sent[0]);
});

it('sign-in has none: it must not be sent twice', async () => {
  await http.POST('/api/admin/auth/login', {
    body: { email: 'a@b.example', password: 'x', remember: false },
  });
  expect(sent).toEqual([null]);
});
