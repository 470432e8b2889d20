import type { Progress, StoredFile } from '@tekvwarho/site/files';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Carrier } from './files.svelte';

const { upload, config, leave, live } = vi.hoisted(() => ({
  upload: vi.fn<(url: string, file: File, on: Progress) => Promise<StoredFile>>(),
  config: vi.fn(),
  leave: [] as ((byHand: boolean) => void)[],
  live: { connected: true, hear: vi.fn() },
}));
vi.mock('../../api/upload', () => ({ upload }));
vi.mock('./api', () => ({ api: { config } }));
vi.mock('../../live/live.svelte', () => ({ live }));
vi.mock('../../ui/download', () => ({ save: vi.fn() }));
vi.mock('../../ui/toasts.svelte', () => ({ toasts: {} }));
vi.mock('../../auth/session.svelte', () => ({
  session: { me: { id: 'me' }, whenLeft: (forget: (byHand: boolean) => void) => leave.push(forget) },
}));

const LIMITS = { enabled: true, maxCount: 2, maxSize: 1_000, types: ['.pdf'] };
const pdf = (name: string, size = 5) => new File(['x'.repeat(size)], name, { type: 'application/pdf' });
const settle = () => new Promise((done) => setTimeout(done, 5));
let kept: Map<string, string>;

async function page(limits = LIMITS) {
  vi.resetModules();
  leave.length = 0;
  config.mockResolvedValue({ files: limits });
  const { files } = await import('./files.svelte');
  await files.load();
  return files;
}

beforeEach(() => {
  kept = new Map();
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
  vi.stubGlobal('sessionStorage', storage);
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

it('sends what is chosen at once, and a line takes it along', async () => {
  const files = await page();
  expect(files.add('s', [pdf('a.pdf')])).toBe('');
  await settle();
  expect(upload.mock.calls[0]?.[0]).toBe('/api/admin/files?for=chat');
  expect(files.of('other')).toEqual([]);
  expect([...kept.values()].join()).toContain('a.pdf');
  const taken = files.take('s');
  expect('files' in taken && taken.files.map(({ name, fileId }) => [name, fileId])).toEqual([
    ['a.pdf', 'id of a.pdf'],
  ]);
  expect([files.of('s'), kept.size]).toEqual([[], 0]);
});

it('takes nothing where files are switched off', async () => {
  const files = await page({ ...LIMITS, enabled: false });
  files.add('s', [pdf('a.pdf')]);
  expect([files.on, files.of('s')]).toEqual([false, []]);
});

it('says what cannot be sent and why, and holds the line back until it is gone', async () => {
  const files = await page();
  files.add('s', [pdf('large.pdf', 2_000), new File(['x'], 'a.exe')]);
  const whys = () => files.of('s').map(({ key }) => files.why(files.job(key)!));
  expect(whys()).toEqual([
    'This file is too large. The limit is 1 kB.',
    expect.stringMatching(/^This type of file can’t be sent\./),
  ]);
  expect(upload).not.toHaveBeenCalled();
  expect(files.take('s')).toHaveProperty('why');
  for (const { key } of files.of('s')) files.remove('s', key);
  const { Refused } = await import('@tekvwarho/site/files');
  upload.mockRejectedValueOnce(new Refused('http_422', 'It cannot be read.'));
  files.add('s', [pdf('bad.pdf')]);
  await settle();
  expect(whys()).toEqual(['It cannot be read.']);
  files.again(files.of('s')[0]!.key);
  await settle();
  expect(files.take('s')).toHaveProperty('files');
});

it('says that these are too many for one line', async () => {
  const files = await page();
  expect(files.add('s', [pdf('a.pdf'), pdf('b.pdf'), pdf('c.pdf')])).toMatch(/up to 2 files/);
  expect(files.of('s')).toHaveLength(2);
});

it('tells the carrier of the files of a line, how long that may take', async () => {
  const files = await page();
  const carrier = { filed: vi.fn<Carrier['filed']>(), refused: vi.fn<Carrier['refused']>() };
  files.carrier = carrier;
  live.connected = false;
  files.add('s', [pdf('a.pdf')]);
  const taken = files.take('s');
  const list = 'files' in taken ? taken.files : [];
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

it('forgets what is chosen when the person signs out, and keeps it for them when the session ended', async () => {
  const files = await page();
  files.add('s', [pdf('a.pdf')]);
  await settle();
  leave[0]?.(false);
  expect([files.of('s'), kept.size]).toEqual([[], 1]);
  files.restore('s');
  expect(files.of('s')).toHaveLength(1);
  leave[0]?.(true);
  expect([files.of('s'), kept.size]).toEqual([[], 0]);
});
