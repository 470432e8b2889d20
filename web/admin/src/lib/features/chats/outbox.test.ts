import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ClientFrame, ServerFrame } from '../../api/types';
import type { Carrier } from '../../files/files.svelte';

const { hearers, send, whenLeft, files } = vi.hoisted(() => ({
  files: {
    carrier: null as Carrier | null,
    carry: vi.fn<(list: { key: string }[]) => void>(),
    forget: vi.fn<(list: { key: string }[]) => void>(),
    lost: vi.fn<(file: { fileId?: string }) => void>(),
  },
  hearers: [] as ((frame: ServerFrame) => void)[],
  send: vi.fn<(frame: ClientFrame) => boolean>(),
  whenLeft: vi.fn(),
}));
vi.mock('../../live/live.svelte', () => ({
  live: { send, hear: (hearer: (frame: ServerFrame) => void) => hearers.push(hearer) },
}));
vi.mock('./files', () => ({ files }));
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
  for (const spy of [files.carry, files.forget, files.lost]) spy.mockReset();
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

const file = (key: string) => ({ key, name: `${key}.pdf`, type: 'application/pdf', size: 5 });
const stored = (fileId: string) => ({ fileId, name: 'x.pdf', type: 'application/pdf', size: 5 });
const later = (ms: number) => new Date(Date.now() + ms).toISOString();
const framesOf = (clientId: string) =>
  send.mock.calls
    .map(([frame]) => frame)
    .filter((frame) => 'clientId' in frame && frame.clientId === clientId);

it('sends a line when all of its files are at the server, and nothing of that chat before it', async () => {
  const outbox = await page();
  outbox.add('s', { ...line('a'), content: '', files: [file('one'), file('two')] });
  outbox.add('s', line('b', later(1)));
  outbox.add('other', line('c', later(2)));
  expect(sent()).toEqual(['c']);
  expect(files.carry).toHaveBeenCalledWith([file('one'), file('two')]);
  files.carrier?.filed('one', stored('id1'));
  expect(sent()).not.toContain('a');
  files.carrier?.filed('two', stored('id2'));
  expect(sent().filter((name) => name !== 'c')).toEqual(['a', 'b']);
  expect(framesOf('a')[0]).toMatchObject({ type: 'message', content: '', files: ['id1', 'id2'] });
  expect(framesOf('b')[0]).not.toHaveProperty('files');
  tell({ type: 'ack', sessionId: 's', clientId: 'a', seq: 1 });
  expect(files.forget.mock.calls[0]?.[0].map(({ key }) => key)).toEqual(['one', 'two']);
});

it('goes on with the files that an earlier page has left', async () => {
  (await page()).add('s', { ...line('a'), files: [file('one')] });
  files.carry.mockReset();
  await page();
  tell({ type: 'ready' });
  expect(files.carry).toHaveBeenCalledWith([file('one')]);
  files.carrier?.filed('one', stored('id1'));
  expect(sent()).toEqual(['a']);
});

it('tells the conversation of a file that is refused, and lets the next lines go', async () => {
  const outbox = await page();
  const told = vi.fn();
  outbox.hear(told);
  outbox.add('s', { ...line('a'), files: [file('one')] });
  outbox.add('s', line('b', later(1)));
  files.carrier?.refused('one', 'It cannot be read.');
  expect(told).toHaveBeenCalledWith('s', 'a', { refused: 'It cannot be read.' });
  expect(sent()).toEqual(['b']);
  expect(outbox.of('s').find(({ clientId }) => clientId === 'a')?.refused).toBe('It cannot be read.');
});

it('brings files once more that the server does not know any more, and then says so', async () => {
  const outbox = await page();
  outbox.add('s', { ...line('a'), files: [{ ...file('one'), fileId: 'old' }] });
  const error = {
    type: 'error',
    code: 'validation_failed',
    detail: 'No such file.',
    sessionId: 's',
    clientId: 'a',
  };
  tell(error);
  expect(files.lost).toHaveBeenCalledWith({ ...file('one'), fileId: 'old' });
  expect(files.carry).toHaveBeenCalledWith([file('one')]);
  files.carrier?.filed('one', stored('new'));
  expect(framesOf('a').at(-1)).toMatchObject({ files: ['new'] });
  tell(error);
  expect(outbox.of('s')[0]?.refused).toBe('No such file.');
});

it('keeps the files of a line that becomes a draft again', async () => {
  const outbox = await page();
  outbox.add('s', { ...line('a'), files: [file('one')] });
  outbox.drop('a', true);
  expect(files.forget).not.toHaveBeenCalled();
});
