import type { Job } from '@tekvwarho/site/files';
import { beforeEach, expect, it, vi } from 'vitest';
import type { Files } from '../files/files.svelte';
import type { Chosen } from '../files/types';
import { Attached, type Holder } from './attached.svelte';

const meta = (name: string, more: Partial<Chosen> = {}): Chosen => ({
  ...{ key: `1 ${name}`, name, type: 'application/pdf', size: 5 },
  ...more,
});
const answer = (name: string) => ({ fileId: `id of ${name}`, name, type: 'application/pdf', size: 5 });

const jobs = new Map<string, Pick<Job, 'state' | 'answer'>>();
const files = {
  on: true,
  job: (key: string) => jobs.get(key) ?? null,
  tooMany: (count: number) => (count > 2 ? 'too many' : ''),
  add: (list: readonly File[], before: number) => ({
    added: list.slice(0, 2 - before).map(({ name }) => meta(name)),
    said: before + list.length > 2 ? 'too many' : '',
  }),
  ...{ want: vi.fn(), rest: vi.fn(), lost: vi.fn(), forget: vi.fn() },
};
let pad: Holder;
let attached: Attached;
const names = () => attached.list.map(({ name }) => name);
const file = (name: string) => new File(['x'], name);

beforeEach(() => {
  jobs.clear();
  for (const spy of [files.want, files.rest, files.lost, files.forget]) spy.mockReset();
  pad = {
    draft: { mode: 'reply', text: '', key: 'first' },
    ...{ replying: true, busy: false, elsewhere: false, field: undefined, keep: vi.fn() },
    setFiles: (list) => Object.assign(pad.draft, { files: list, key: 'next' }),
  };
  attached = new Attached(pad, files as unknown as Files);
});

it('adds to the draft what is chosen, and says what does not fit', () => {
  attached.add([file('a.pdf')]);
  expect([names(), attached.said, pad.draft.key]).toEqual([['a.pdf'], '', 'next']);
  attached.add([file('b.pdf'), file('c.pdf')]);
  expect([names(), attached.said]).toEqual([['a.pdf', 'b.pdf'], 'too many']);
  attached.remove('1 a.pdf');
  expect([names(), attached.said]).toEqual([['b.pdf'], '']);
  expect(files.forget).toHaveBeenCalledWith([expect.objectContaining({ name: 'a.pdf' })]);
});

it('takes no files into a note, into the draft of another tab, or while it is sent', () => {
  for (const state of [{ replying: false }, { elsewhere: true }, { busy: true }]) {
    Object.assign(pad, { replying: true, elsewhere: false, busy: false }, state);
    expect(attached.takes).toBe(false);
    attached.add([file('a.pdf')]);
  }
  expect(names()).toEqual([]);
  Object.assign(pad, { busy: false });
  expect(new Attached(pad, files as unknown as Files, () => false).takes).toBe(false);
});

it('notes what is at the server, which makes it no other draft', () => {
  pad.draft.files = [meta('a.pdf'), meta('b.pdf')];
  jobs.set('1 a.pdf', { state: 'done', answer: answer('a.pdf') });
  attached.follow();
  expect(attached.taken.map(({ fileId }) => fileId)).toEqual(['id of a.pdf', undefined]);
  expect([attached.onWay, pad.draft.key]).toEqual([true, 'first']);
  expect(pad.keep).toHaveBeenCalledOnce();
  jobs.set('1 b.pdf', { state: 'done', answer: answer('b.pdf') });
  attached.follow();
  expect(attached.onWay).toBe(false);
});

it('leaves the files of a draft that another tab writes to that tab', () => {
  pad.draft.files = [meta('a.pdf')];
  attached.follow();
  expect([files.want.mock.calls.length, files.rest.mock.calls.length]).toEqual([1, 0]);
  Object.assign(pad, { elsewhere: true });
  attached.follow();
  expect([files.want.mock.calls.length, files.rest.mock.calls.length]).toEqual([1, 1]);
  expect(attached.fixed).toBe(true);
});

it('says why a draft cannot be sent with its files', () => {
  pad.draft.files = [meta('a.exe', { fault: true })];
  jobs.set('1 a.exe', { state: 'refused' });
  expect([attached.fault, attached.onWay]).toEqual([expect.stringMatching(/can’t be sent/), false]);
  pad.draft.files = ['a', 'b', 'c'].map((name) => meta(name));
  expect(attached.fault).toBe('too many');
});

it('brings files to the server again that it has lost', () => {
  pad.draft.files = [meta('a.pdf', { fileId: 'id of a.pdf' })];
  attached.renew();
  expect(files.lost).toHaveBeenCalledWith(expect.objectContaining({ fileId: 'id of a.pdf' }));
  expect([attached.onWay, pad.draft.key]).toEqual([true, 'next']);
});

it('keeps what has not gone out with another attempt', () => {
  pad.draft.files = [meta('a.pdf'), meta('b.pdf')];
  attached.without([meta('c.pdf')]);
  expect([names(), pad.draft.key]).toEqual([['a.pdf', 'b.pdf'], 'first']);
  attached.without([meta('a.pdf')]);
  expect([names(), pad.draft.key]).toEqual([['b.pdf'], 'next']);
});
