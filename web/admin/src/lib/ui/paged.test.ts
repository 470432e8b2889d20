import { describe, expect, it, vi } from 'vitest';
import { every, Paged, type Turn } from './paged.svelte';

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

/** A list whose requests the test answers by hand. */
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
    void paged.load(paged.filters, 3);
    await asked[2]?.answer(['A', 'B'], 'after-B');
    expect(shown()).toBe('ab');
    await asked[3]?.answer(['B', 'C'], 'after-C');
    expect([shown(), paged.meta.nextCursor]).toEqual(['ABC', 'after-C']);
  });

  it('looks again once for a burst of reasons', async () => {
    vi.useFakeTimers();
    const { paged, asked } = list();
    paged.again();
    paged.again();
    vi.advanceTimersByTime(1_000);
    expect(asked.length).toBe(1);
    paged.again();
    paged.reset();
    vi.advanceTimersByTime(1_000);
    vi.useRealTimers();
    expect(asked.length).toBe(1);
  });

  it('asks for no further page of a list that is being left', async () => {
    const { paged, asked, shown } = list();
    void paged.load('old');
    await asked[0]?.answer(['a'], 'after-a');
    void paged.load('new');
    await paged.more();
    expect(asked.length).toBe(2);
    await asked[1]?.answer(['x'], 'after-x');
    void paged.more();
    expect([asked[2]?.filters, asked[2]?.turn.cursor]).toEqual(['new', 'after-x']);
    await asked[2]?.answer(['y']);
    expect(shown()).toBe('xy');
  });

  it('shows nothing that comes after it was left', async () => {
    const { paged, asked, shown } = list();
    const look = paged.load();
    paged.reset();
    await asked[0]?.answer(['a']);
    expect([await look, shown(), paged.loaded]).toEqual([false, '', false]);
  });

  it('keeps what it has when a later look fails', async () => {
    const { paged, asked, shown } = list();
    void paged.load();
    await asked[0]?.answer(['a']);
    const failed = paged.load();
    await asked[1]?.refuse(new Error('away'));
    expect([await failed, shown(), paged.loaded, String(paged.error)]).toEqual([
      false,
      'a',
      true,
      'Error: away',
    ]);
  });
});

describe('a whole list', () => {
  it('is asked for page by page until there is no next one', async () => {
    const pages: Record<string, { ids: string[]; next: string | null }> = {
      '': { ids: ['a', 'b'], next: 'after-b' },
      'after-b': { ids: ['b', 'c'], next: 'after-c' },
      'after-c': { ids: ['d'], next: null },
    };
    const asked: Turn[] = [];
    const rows = await every<Row>((turn) => {
      asked.push(turn);
      const { ids, next } = pages[turn.cursor ?? '']!;
      return Promise.resolve({
        items: ids.map((id) => ({ id })),
        meta: { total: 4, totalIsLowerBound: false, nextCursor: next },
      });
    });
    expect(rows.map((row) => row.id).join('')).toBe('abcd');
    expect(asked.map((turn) => [turn.cursor, turn.limit])).toEqual([
      [undefined, 100],
      ['after-b', 100],
      ['after-c', 100],
    ]);
  });
});
