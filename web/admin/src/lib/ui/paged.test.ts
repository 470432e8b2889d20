import { describe, expect, it, vi } from 'vitest';
import { Paged, type Turn } from './paged.svelte';

const told = vi.hoisted(() => vi.fn());
vi.mock('./toasts.svelte', () => ({ toasts: { fail: told } }));

interface Row {
  id: string;
}
interface Question {
  filters: string;
  turn: Turn;
  answer: (ids: string[], nextCursor?: string | null) => Promise<void>;
  refuse: (error: Error) => Promise<void>;
}

/** A list whose questions the test answers by hand. */
function list() {
  const asked: Question[] = [];
  const settled = () => new Promise<void>((done) => setTimeout(done));
  const paged = new Paged<Row, string>('all', (filters, turn) => {
    return new Promise((resolve, reject) => {
      asked.push({
        filters,
        turn,
        answer: (ids, nextCursor = null) => {
          resolve({
            items: ids.map((id) => ({ id })),
            meta: { total: 9, totalIsLowerBound: false, nextCursor },
          });
          return settled();
        },
        refuse: (error) => {
          reject(error);
          return settled();
        },
      });
    });
  });
  return { paged, asked, shown: () => paged.items.map((row) => row.id).join('') };
}

describe('a paged list', () => {
  it('shows the latest look, whichever answer comes last', async () => {
    const { paged, asked, shown } = list();
    const first = paged.load('old');
    const second = paged.load('new');
    await asked[1]?.answer(['b']);
    await asked[0]?.answer(['a']);
    expect([await first, await second, shown(), paged.filters, paged.loading]).toEqual([
      ...[false, true, 'b', 'new', false],
    ]);
  });

  it('adds pages, and a row that moved meanwhile once only', async () => {
    const { paged, asked, shown } = list();
    void paged.load();
    await asked[0]?.answer(['a', 'b'], 'after-b');
    void paged.more();
    void paged.more();
    expect(asked.map((one) => one.turn.cursor)).toEqual([undefined, 'after-b']);
    await asked[1]?.answer(['b', 'c']);
    expect(shown()).toBe('abc');
    await paged.more();
    expect(asked.length).toBe(2);
  });

  it('drops a page of a look that is over', async () => {
    const { paged, asked, shown } = list();
    void paged.load('old');
    await asked[0]?.answer(['a'], 'after-a');
    void paged.more();
    void paged.load('new');
    await asked[2]?.answer(['x']);
    await asked[1]?.answer(['b']);
    expect([shown(), paged.loadingMore]).toEqual(['x', false]);
  });

  it('says when a page does not come, and can be asked again', async () => {
    const { paged, asked, shown } = list();
    void paged.load();
    await asked[0]?.answer(['a'], 'after-a');
    void paged.more();
    await asked[1]?.refuse(new Error('away'));
    expect([told.mock.calls.length, shown(), paged.error]).toEqual([1, 'a', null]);
    void paged.more();
    await asked[2]?.answer(['b']);
    expect(shown()).toBe('ab');
  });

  it('brings as many rows again as are shown', async () => {
    const { paged, asked, shown } = list();
    void paged.load();
    await asked[0]?.answer(['a'], 'after-a');
    void paged.more();
    await asked[1]?.answer(['b'], 'after-b');
    void paged.again();
    await asked[2]?.answer(['A'], 'after-A');
    expect(shown()).toBe('ab');
    await asked[3]?.answer(['B'], 'after-B');
    expect([shown(), paged.meta.nextCursor]).toEqual(['AB', 'after-B']);
  });

  it('keeps what it has when a later look fails', async () => {
    const { paged, asked, shown } = list();
    void paged.load();
    await asked[0]?.answer(['a']);
    const failed = paged.again();
    await asked[1]?.refuse(new Error('away'));
    expect([await failed, shown(), paged.loaded, String(paged.error)]).toEqual([
      false,
      'a',
      true,
      'Error: away',
    ]);
  });
});
