import { beforeEach, describe, expect, it, vi } from 'vitest';
import { messages } from './state.svelte';
import type { BulkChange, MessageSummary } from './types';

const { bulk, list, told } = vi.hoisted(() => ({ bulk: vi.fn(), list: vi.fn(), told: vi.fn() }));
vi.mock('./api', () => ({ api: { bulk, list } }));
vi.mock('./counts.svelte', () => ({ counts: { now: null, load: () => undefined } }));
vi.mock('../../api/client', () => ({ api: {} }));
vi.mock('../../auth/session.svelte', () => ({ session: { me: { id: 'me' }, whenLeft: () => undefined } }));
vi.mock('../../live/live.svelte', () => ({ live: { listen: () => undefined } }));
vi.mock('../../writing/helpers.svelte', () => ({ helpers: { colleagues: [], load: () => undefined } }));
vi.mock('../../ui/toasts.svelte', () => ({ toasts: { fail: told, undoable: () => undefined } }));

const message = (id: string) =>
  ({ id, status: 'new', assignedTo: null, tags: [] }) as unknown as MessageSummary;
const shown = (n: number) => Array.from({ length: n }, (_, at) => message(`m${at}`));

/** Shows and selects `n` messages. */
async function selectAll(n: number): Promise<string[]> {
  list.mockResolvedValue({ items: shown(n), meta: { total: n, totalIsLowerBound: false, nextCursor: null } });
  await messages.load();
  return (messages.selected = messages.items.map(({ id }) => id));
}

describe('a change of many messages', () => {
  beforeEach(() => {
    vi.resetAllMocks();
    messages.reset();
  });

  it('leaves the selection as it was when the server refuses it', async () => {
    const refusal = new Error('may not have messages');
    bulk.mockRejectedValue(refusal);
    const ids = await selectAll(3);
    await messages.assign([...ids], { id: 'eve', name: 'Eve' });
    expect(told).toHaveBeenCalledWith(refusal);
    expect([messages.selected, messages.items.map((item) => item.assignedTo)]).toEqual([
      ids,
      [null, null, null],
    ]);
  });

  it('keeps selected what was not done when it fails half way', async () => {
    bulk.mockResolvedValueOnce({ undoId: null }).mockRejectedValueOnce(new Error('no more'));
    const ids = await selectAll(103);
    await messages.setStatus([...ids], 'archived');
    expect(messages.selected).toEqual(['m100', 'm101', 'm102']);
    expect(bulk.mock.calls.map(([change]) => (change as BulkChange).ids.length)).toEqual([100, 3]);
  });

  it('selects nothing more when all went well', async () => {
    bulk.mockResolvedValue({ undoId: null });
    await messages.setStatus([...(await selectAll(2))], 'archived');
    expect([messages.selected, messages.items]).toEqual([[], []]);
  });
});
