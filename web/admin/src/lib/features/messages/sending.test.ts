import type { FileMeta } from '@tekvwarho/site/files';
import { beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../../api/errors';
import type { Attached } from '../../writing/attached.svelte';
import type { Pad } from '../../writing/pad.svelte';
import type { MessageDetail, ThreadItem } from './types';

const { reply, note, toasts, returnDraft } = vi.hoisted(() => ({
  ...{ reply: vi.fn(), note: vi.fn(), returnDraft: vi.fn() },
  toasts: { say: vi.fn(), fail: vi.fn(), undoable: vi.fn() },
}));
vi.mock('./api', () => ({ api: { reply, note } }));
vi.mock('./state.svelte', () => ({ messages: { refresh: vi.fn() } }));
vi.mock('../../ui/toasts.svelte', () => ({ toasts }));
vi.mock('../../writing/drafts.svelte', () => ({ returnDraft }));
const { Sending } = await import('./sending.svelte');

const file: FileMeta = { key: '1 a', name: 'a.pdf', type: 'application/pdf', size: 5, fileId: 'id' };
const item = (id: string, content: string, author: string | null): ThreadItem => ({
  ...{ id, content, kind: author ? 'reply' : 'client', createdAt: '', mail: null, leavesAt: null, files: [] },
  author: author ? { id: author, name: author } : null,
});
const problem = (status: number, field?: string) =>
  new ApiError(status, 'code', 'words', field ? [{ field, code: 'invalid', message: '' }] : []);
const unreached = () => new ApiError(0, 'offline', '');

let pad: Pad;
let attached: Attached;
let thread: ThreadItem[];
/** What the next load brings. */
let loads: ThreadItem[];
let sending: InstanceType<typeof Sending>;
const settle = () => new Promise((done) => setTimeout(done, 5));
const sent = () => reply.mock.calls.map(([, { content, files }, key]) => [content, files, key]);

async function send() {
  sending.send();
  await settle();
}

beforeEach(() => {
  for (const spy of [reply, note, returnDraft, toasts.say, toasts.fail, toasts.undoable]) spy.mockReset();
  reply.mockResolvedValue({ undoId: 'u' });
  note.mockResolvedValue({});
  thread = loads = [];
  pad = {
    draft: { mode: 'reply', text: 'Hello ', key: 'first', seen: 'm' },
    ...{ wordless: false, fault: '', busy: false, elsewhere: false, replying: true },
    claim: { sending: vi.fn() },
    ...{ pause: vi.fn(), keep: vi.fn(), sent: vi.fn() },
  } as unknown as Pad;
  attached = {
    ...{ said: '', fault: '', onWay: false, taken: [file] },
    files: { forget: vi.fn() },
    ...{ renew: vi.fn(), without: vi.fn() },
  } as unknown as Attached;
  sending = new Sending({
    ...{ pad, attached, staff: 'me', id: 'm' },
    detail: () => ({ thread, undoSendSeconds: 10 }) as unknown as MessageDetail,
    reload: async () => void (thread = loads),
  });
});

it('sends a reply with its files, and gives both back when it is undone', async () => {
  await send();
  expect(sent()).toEqual([['Hello', ['id'], 'first']]);
  expect(attached.files.forget).toHaveBeenCalledWith([file]);
  expect(pad.sent).toHaveBeenCalledOnce();
  toasts.undoable.mock.calls[0]?.[2](1);
  expect(returnDraft).toHaveBeenCalledWith('me', 'm', { text: 'Hello', files: [file] });
});

it('sends a note without them', async () => {
  Object.assign(pad, { replying: false });
  pad.draft.mode = 'note';
  Object.assign(attached, { onWay: true });
  await send();
  expect(note).toHaveBeenCalledWith('m', 'Hello', 'first');
  expect(attached.files.forget).toHaveBeenCalledWith([]);
});

it('waits for files that are on their way', async () => {
  Object.assign(attached, { onWay: true });
  await send();
  sending.goOn();
  expect([sending.waiting, pad.busy, reply.mock.calls.length]).toEqual([true, true, 0]);
  Object.assign(attached, { onWay: false });
  sending.goOn();
  await settle();
  expect([sending.waiting, pad.busy, sent().length]).toEqual([false, false, 1]);
});

it('waits no longer once a file is refused, or another tab has the draft', async () => {
  for (const [where, what] of [
    [attached, { fault: 'One cannot be sent.' }],
    [pad, { elsewhere: true }],
  ] as const) {
    Object.assign(attached, { onWay: true });
    await send();
    expect(sending.waiting).toBe(true);
    const before = where === pad ? { elsewhere: false } : { fault: '' };
    Object.assign(where, what);
    sending.goOn();
    expect([sending.waiting, pad.busy, reply.mock.calls.length]).toEqual([false, false, 0]);
    if (where === attached) expect(attached.said).toBe('One cannot be sent.');
    Object.assign(where, before);
  }
});

it('shows what others wrote while it waited, before it goes out', async () => {
  Object.assign(attached, { onWay: true });
  await send();
  Object.assign(attached, { onWay: false });
  thread = [item('n', 'Never mind', null)];
  sending.goOn();
  await settle();
  expect([sending.asking, sending.waiting, sent().length]).toEqual([true, false, 0]);
});

it('keeps everything when somebody was faster, and shows what they wrote', async () => {
  reply.mockRejectedValueOnce(problem(409));
  loads = [item('n', 'I will call you', 'ben')];
  await send();
  expect([sending.asking, pad.busy]).toEqual([true, false]);
  expect(pad.sent).not.toHaveBeenCalled();
  sending.know();
  await send();
  expect(sent()).toHaveLength(2);
});

it('finds an attempt without a response in the conversation', async () => {
  reply.mockRejectedValueOnce(unreached());
  await send();
  expect([sending.again, toasts.fail.mock.calls.length]).toEqual([true, 0]);
  thread = [item('n', 'Hello', 'me')];
  sending.look();
  expect(pad.sent).toHaveBeenCalledOnce();
  expect(sending.again).toBe(false);
});

it('takes the files of such an attempt out of a draft that was changed since', async () => {
  reply.mockRejectedValueOnce(unreached());
  await send();
  Object.assign(pad.draft, { text: 'Hello again', key: 'second' });
  thread = [item('n', 'Hello', 'me')];
  sending.look();
  expect(attached.without).toHaveBeenCalledWith([file]);
  expect(pad.sent).not.toHaveBeenCalled();
});

it('brings files to the server again that it does not know, once', async () => {
  reply.mockRejectedValue(problem(422, 'files'));
  await send();
  expect(attached.renew).toHaveBeenCalledOnce();
  expect([sending.waiting, pad.busy]).toEqual([true, true]);
  sending.goOn();
  await settle();
  expect(attached.renew).toHaveBeenCalledOnce();
  expect([toasts.fail.mock.calls.length, sending.waiting, pad.busy]).toEqual([1, false, false]);
});
