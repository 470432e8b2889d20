import type { FileMeta, Progress, StoredFile } from '@tekvwarho/site/files';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Carrier } from './files.svelte';

const { upload, leave, live } = vi.hoisted(() => ({
  upload: vi.fn<(url: string, file: File, on: Progress) => Promise<StoredFile>>(),
  leave: [] as ((byHand: boolean) => void)[],
  live: { connected: true, hear: vi.fn() },
}));
vi.mock('../api/upload', () => ({ upload }));
vi.mock('./api', () => ({ api: {} }));
vi.mock('../live/live.svelte', () => ({ live }));
vi.mock('../ui/download', () => ({ save: vi.fn() }));
vi.mock('../ui/toasts.svelte', () => ({ toasts: {} }));
vi.mock('../auth/session.svelte', () => ({
  session: { whenLeft: (forget: (byHand: boolean) => void) => leave.push(forget) },
}));

const LIMITS = { enabled: true, maxCount: 2, maxSize: 1_000, types: ['.pdf'] };
const pdf = (name: string, size = 5) => new File(['x'.repeat(size)], name, { type: 'application/pdf' });
const settle = () => new Promise((done) => setTimeout(done, 5));

async function page(purpose: 'chat' | 'message' = 'message', limits = LIMITS) {
  vi.resetModules();
  leave.length = 0;
  const { Files } = await import('./files.svelte');
  const files = new Files(purpose);
  files.limits = limits;
  return { files, add: (...list: File[]) => files.add(list, 0, vi.fn()) };
}

beforeEach(() => {
  vi.stubGlobal('navigator', {});
  upload.mockReset();
  upload.mockImplementation(async (_, { name, type, size }) => ({
    fileId: `id of ${name}`,
    name,
    type,
    size,
  }));
  live.connected = true;
});
afterEach(() => vi.unstubAllGlobals());

it('uploads what is chosen at once, for its purpose', async () => {
  for (const purpose of ['chat', 'message'] as const) {
    const { files, add } = await page(purpose);
    const { added, said } = add(pdf('a.pdf'));
    await settle();
    expect(said).toBe('');
    expect(upload.mock.calls.at(-1)?.[0]).toBe(`/api/admin/files?for=${purpose}`);
    expect(files.job(added[0]!.key)).toMatchObject({ state: 'done', answer: { fileId: 'id of a.pdf' } });
  }
});

it('takes nothing where files are switched off', async () => {
  const { files, add } = await page('chat', { ...LIMITS, enabled: false });
  expect([files.on, add(pdf('a.pdf')).added]).toEqual([false, []]);
  // What was chosen before cannot go along either.
  expect([files.tooMany(0), files.tooMany(1)]).toEqual(['', 'Files in the chat are switched off.']);
});

it('says what cannot be sent and why', async () => {
  const { files, add } = await page();
  const { added } = add(pdf('large.pdf', 2_000), new File(['x'], 'a.exe'));
  const whys = (list: FileMeta[]) => list.map(({ key }) => files.why(files.job(key)!));
  expect(whys(added)).toEqual([
    'This file is too large. The limit is 1 kB.',
    expect.stringMatching(/^This type of file can’t be sent\./),
  ]);
  expect(upload).not.toHaveBeenCalled();
  const { Refused } = await import('@tekvwarho/site/files');
  for (const [error, why] of [
    [new Refused('http_422', 'It cannot be read.'), 'It cannot be read.'],
    [new Refused('not_found'), 'Files in messages are switched off.'],
  ] as const) {
    upload.mockRejectedValueOnce(error);
    const bad = add(pdf('bad.pdf')).added;
    await settle();
    expect(whys(bad)).toEqual([why]);
    files.again(bad[0]!.key);
    await settle();
    expect(files.job(bad[0]!.key)?.state).toBe('done');
  }
});

it('says that these are too many', async () => {
  const { files, add } = await page();
  const { added, said } = add(pdf('a.pdf'), pdf('b.pdf'), pdf('c.pdf'));
  expect([added.length, said]).toEqual([2, expect.stringMatching(/^A reply takes up to 2 files/)]);
  expect([files.tooMany(2), (await page('chat')).files.tooMany(3)]).toEqual([
    '',
    expect.stringMatching(/^A message takes up to 2 files/),
  ]);
});

it('tells the carrier of the files of a line, how long that may take', async () => {
  const { files, add } = await page('chat');
  const carrier = { filed: vi.fn<Carrier['filed']>(), refused: vi.fn<Carrier['refused']>() };
  files.carrier = carrier;
  live.connected = false;
  const { added: list } = add(pdf('a.pdf'));
  files.carry(list);
  await settle();
  expect([upload.mock.calls.length, files.part(list)]).toEqual([0, 0]);
  live.connected = true;
  live.hear.mock.calls.at(-1)?.[0]({ type: 'ready' });
  await settle();
  expect(carrier.filed).toHaveBeenCalledWith(
    list[0]?.key,
    expect.objectContaining({ fileId: 'id of a.pdf' }),
  );
  // A file whose bytes are nowhere any more.
  files.carry([{ key: 'gone', name: 'b.pdf', type: '', size: 5 }]);
  await settle();
  expect(carrier.refused).toHaveBeenCalledWith('gone', expect.stringMatching(/has lost this file/));
});

it('stops what another tab brings to the server', async () => {
  const { files, add } = await page();
  let stopped = false;
  upload.mockImplementation((_, __, { signal }) => {
    signal.addEventListener('abort', () => (stopped = true));
    return new Promise(() => undefined);
  });
  const { added } = add(pdf('a.pdf'));
  await settle();
  files.rest(added);
  expect([stopped, files.job(added[0]!.key)]).toEqual([true, null]);
});

it('forgets everything when the person leaves', async () => {
  const { files, add } = await page();
  const { added } = add(pdf('a.pdf'));
  await settle();
  leave[0]?.(true);
  expect(files.job(added[0]!.key)).toBeNull();
});
