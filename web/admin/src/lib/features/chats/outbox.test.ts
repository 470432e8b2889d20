import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ClientFrame, ServerFrame } from '../../api/types';

const { hearers, send, whenLeft } = vi.hoisted(() => ({
  hearers: [] as ((frame: ServerFrame) => void)[],
  send: vi.fn<(frame: ClientFrame) => boolean>(),
  whenLeft: vi.fn(),
}));
vi.mock('../../live/live.svelte', () => ({
  live: { send, hear: (hearer: (frame: ServerFrame) => void) => hearers.push(hearer) },
}));
vi.mock('../../auth/session.svelte', () => ({ session: { me: { id: 'me' }, whenLeft } }));

/** A page of this browser, with what an earlier one has left. */
async function page() {
  vi.resetModules();
  hearers.length = 0;
  return (await import('./outbox.svelte')).outbox;
}
const tell = (frame: object) => hearers.forEach((hear) => hear(frame as ServerFrame));
const line = (clientId: string, at = new Date().toISOString()) => ({
  ...{ clientId, mode: 'reply' as const, content: `text of ${clientId}`, at },
});
const sent = () => send.mock.calls.map(([frame]) => ('clientId' in frame ? frame.clientId : frame.type));

beforeEach(() => {
  vi.useFakeTimers();
  const kept = new Map<string, string>();
  const storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => {
      kept.set(key, value);
      Object.assign(storage, { [key]: value });
    },
    removeItem: (key: string) => {
      kept.delete(key);
      Reflect.deleteProperty(storage, key);
    },
  };
  vi.stubGlobal('localStorage', storage);
  send.mockReset();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('sends until the server has acknowledged, and again on every new socket', async () => {
  const outbox = await page();
  outbox.add('s', line('a'));
  vi.advanceTimersByTime(1_000);
  outbox.add('s', line('b'));
  tell({ type: 'ready' });
  expect(sent()).toEqual(['a', 'b', 'a', 'b']);
  tell({ type: 'ack', sessionId: 's', clientId: 'a', seq: 1 });
  tell({ type: 'ready' });
  expect(sent().slice(4)).toEqual(['b']);
  vi.advanceTimersByTime(16_000);
  expect(sent().slice(5)).toEqual(['b']);
  tell({ type: 'ack', sessionId: 's', clientId: 'b', seq: 2 });
  vi.advanceTimersByTime(60_000);
  expect(sent()).toHaveLength(6);
});

it('keeps what a page has left, for the session and for the next socket', async () => {
  (await page()).add('s', line('a'));
  const again = await page();
  expect(again.of('s').map(({ clientId }) => clientId)).toEqual(['a']);
  expect(again.of('other')).toEqual([]);
  tell({ type: 'ready' });
  expect(sent()).toEqual(['a', 'a']);
});

it('does not send by itself what was refused, or what lay for an hour', async () => {
  const outbox = await page();
  outbox.add('s', line('a'));
  tell({ type: 'error', code: 'session_closed', detail: 'It is over.', sessionId: 's', clientId: 'a' });
  outbox.add('s', line('old', new Date(Date.now() - 3_700_000).toISOString()));
  tell({ type: 'ready' });
  expect(sent()).toEqual(['a', 'old']);
  expect(outbox.of('s').find(({ clientId }) => clientId === 'a')?.refused).toBe('It is over.');
  outbox.again('a');
  outbox.again('old');
  tell({ type: 'ready' });
  expect(sent().slice(2)).toEqual(['a', 'old', 'a', 'old']);
});

it('sends a line again that came too early', async () => {
  const outbox = await page();
  outbox.add('s', line('a'));
  tell({ type: 'error', code: 'rate_limited', detail: '', sessionId: 's', clientId: 'a', retryAfter: 5 });
  vi.advanceTimersByTime(5_000);
  expect(sent()).toEqual(['a', 'a']);
});

it('forgets the person who leaves, and what the person gives up', async () => {
  const outbox = await page();
  outbox.add('s', line('a'));
  outbox.drop('a');
  expect((await page()).of('s')).toEqual([]);
});
