import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../../api/types';
import {
  again,
  annotated,
  discard,
  EMPTY,
  end,
  entries,
  filed,
  hasEarlier,
  hasGap,
  hear,
  loaded,
  noteEnd,
  shown,
  unsent,
  write,
  type Outgoing,
  type Talk,
} from './talk';
import type { ChatLine, ChatNote } from './types';

const session = 's';
const at = (n: number) => new Date(Date.UTC(2026, 0, 1, 9, 0, n)).toISOString();
const line = (seq: number, more: Partial<ChatLine> = {}): ChatLine => ({
  ...{
    sessionId: session,
    seq,
    id: `id${seq}`,
    clientId: `c${seq}`,
    from: 'visitor',
    content: `line ${seq}`,
  },
  createdAt: at(seq * 2),
  ...more,
});
const note = (noteSeq: number, second: number): ChatNote => ({
  ...{ sessionId: session, noteSeq, id: `n${noteSeq}`, clientId: `nc${noteSeq}`, content: `note ${noteSeq}` },
  ...{ staffId: 'ben', staffName: 'Ben', createdAt: at(second) },
});
const message = (seq: number, more?: Partial<ChatLine>) =>
  ({ type: 'message', ...line(seq, more) }) as ServerFrame;
const history = (...seqs: number[]) =>
  ({
    type: 'history',
    sessionId: session,
    messages: seqs.map((seq) => line(seq)),
    complete: true,
  }) as ServerFrame;
const ack = (clientId: string, seq: number) =>
  ({ type: 'ack', sessionId: session, clientId, seq }) as ServerFrame;
const mine = (clientId: string, mode: Outgoing['mode'] = 'reply'): Outgoing => ({
  ...{ clientId, mode, content: `from ${clientId}`, at: at(99) },
});
/** Nothing was said yet. */
const BEGUN = loaded(EMPTY, []);
const after = (...frames: ServerFrame[]) => frames.reduce(hear, BEGUN);
const seqs = (talk: Talk) => shown(talk).map(({ seq }) => seq);

describe('the lines', () => {
  it('are in order, however they come', () => {
    const talk = after(message(3), message(1), message(2), message(2));
    expect(seqs(talk)).toEqual([1, 2, 3]);
    expect(hasGap(talk)).toBe(false);
  });

  it('stop before a gap, which is known, until it is filled', () => {
    const talk = after(message(1), message(2), message(5));
    expect([seqs(talk), end(talk), hasGap(talk)]).toEqual([[1, 2], 2, true]);
    const filled = hear(talk, history(3, 4, 5));
    expect([seqs(filled), hasGap(filled)]).toEqual([[1, 2, 3, 4, 5], false]);
  });

  it('are missed also if only the session, or an acknowledgement, tells of them', () => {
    const told = { type: 'session', sessionId: session, lastSeq: 4, visitorReadSeq: 0, staffReadSeq: 0 };
    expect(hasGap(hear(after(message(3)), told as ServerFrame))).toBe(true);
    expect(hasGap(hear(after(message(3)), ack('x', 4)))).toBe(true);
  });

  it('begin where they were loaded from, and grow upwards', () => {
    const talk = loaded(EMPTY, [line(8), line(9)]);
    expect([hasEarlier(talk), end(talk), hasGap(talk)]).toEqual([true, 9, false]);
    expect(hear(talk, message(2, { redacted: true, content: '' }))).toBe(talk);
    const more = loaded(talk, [line(6), line(7)]);
    expect(seqs(more)).toEqual([6, 7, 8, 9]);
    expect(
      hasEarlier(
        loaded(
          more,
          [1, 2, 3, 4, 5].map((seq) => line(seq)),
        ),
      ),
    ).toBe(false);
  });

  it('stay removed when an older copy comes late', () => {
    const removed = message(1, { redacted: true, content: '' });
    for (const talk of [after(message(1), removed), after(removed, message(1))])
      expect(shown(talk)[0]).toMatchObject({ redacted: true, content: '' });
  });

  it('know what was read, which never goes back', () => {
    const read = (seq: number) => ({ type: 'read', sessionId: session, by: 'visitor', seq }) as ServerFrame;
    expect(after(read(5), read(3)).read.visitor).toBe(5);
  });
});

describe('what is on its way', () => {
  it('is replaced by its line, with the acknowledgement before or after', () => {
    const sent = write(after(message(1)), mine('a'));
    const own = message(2, { clientId: 'a', from: 'staff' });
    for (const frames of [
      [ack('a', 2), own],
      [own, ack('a', 2)],
    ]) {
      const talk = frames.reduce(hear, sent);
      expect([seqs(talk), talk.outgoing]).toEqual([[1, 2], []]);
    }
  });

  it('is stored once acknowledged, and not sent again', () => {
    const talk = hear(write(BEGUN, mine('a')), ack('a', 1));
    expect([unsent(talk), talk.outgoing.length]).toEqual([[], 1]);
  });

  it('waits for the person when it was refused', () => {
    const error = {
      type: 'error',
      code: 'conflict',
      detail: 'Ben has it',
      sessionId: session,
      clientId: 'a',
    };
    const talk = hear(write(BEGUN, mine('a')), error as ServerFrame);
    expect([unsent(talk), talk.outgoing[0]?.refused]).toEqual([[], 'Ben has it']);
    expect(unsent(again(talk, 'a'))).toHaveLength(1);
    expect(discard(talk, 'a').outgoing).toEqual([]);
  });

  it('has its files brought once more when the server does not know them, before it is refused', () => {
    const error = {
      type: 'error',
      code: 'validation_failed',
      detail: 'No such file',
      sessionId: session,
      clientId: 'a',
    } as ServerFrame;
    const file = { key: 'one', name: 'a.pdf', type: 'application/pdf', size: 5 };
    const sent = write(BEGUN, { ...mine('a'), files: [file] });
    const named = filed(sent, 'a', [{ ...file, fileId: 'id' }]);
    expect(named.outgoing[0]?.files?.[0]?.fileId).toBe('id');
    const once = hear(named, error);
    expect(once.outgoing[0]?.refused).toBeUndefined();
    expect(hear(once, error).outgoing[0]?.refused).toBe('No such file');
    expect(hear(write(BEGUN, mine('a')), error).outgoing[0]?.refused).toBe('No such file');
  });

  it('is a note or a line, whatever both are called', () => {
    const talk = hear(write(BEGUN, mine('a', 'note')), message(1, { clientId: 'a' }));
    expect(talk.outgoing).toHaveLength(1);
  });
});

describe('what is shown', () => {
  it('has notes where they were written, and what is on its way last', () => {
    const talk = write(annotated(after(message(1), message(2)), [note(1, 3), note(2, 9)]), mine('a'));
    expect(entries(talk).map(({ key }) => key)).toEqual(['c1', 'nc1', 'c2', 'nc2', 'a']);
  });

  it('leaves out notes from before the first line that is loaded', () => {
    const talk = annotated(loaded(EMPTY, [line(5)]), [note(1, 3), note(2, 11)]);
    expect(entries(talk).map(({ key }) => key)).toEqual(['c5', 'nc2']);
    expect(noteEnd(talk)).toBe(2);
  });
});

/** A small generator of numbers in [0, 1) that a seed determines. */
function random(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

describe('any traffic', () => {
  // A server with rows, and a line to it on which frames are lost, doubled and overtaken, and which is cut.
  const run = (seed: number) => {
    const next = random(seed);
    const below = (n: number) => Math.floor(next() * n);
    const rows: ChatLine[] = [];
    const notes: ChatNote[] = [];
    let talk = BEGUN;
    let air: ServerFrame[] = [];
    let names = 0;
    const stored = (from: 'visitor' | 'staff', clientId: string) => {
      const before = rows.find((row) => row.clientId === clientId);
      if (before) return before;
      rows.push(line(rows.length + 1, { from, clientId, content: `from ${clientId}` }));
      return rows.at(-1) as ChatLine;
    };
    /** The server takes a line of this person; its acknowledgement and the line set out. */
    const take = ({ clientId, mode }: Outgoing) => {
      if (mode === 'note') {
        const known = notes.find((one) => one.clientId === clientId);
        if (!known) notes.push({ ...note(notes.length + 1, rows.length * 2 + 1), clientId });
        const one = known ?? (notes.at(-1) as ChatNote);
        air.push({ type: 'ack', sessionId: session, clientId, noteSeq: one.noteSeq } as ServerFrame);
        air.push({ type: 'note', ...one } as ServerFrame);
      } else {
        const row = stored('staff', clientId);
        air.push(ack(clientId, row.seq), { type: 'message', ...row } as ServerFrame);
      }
    };
    const resume = () => {
      const [from, noteFrom] = [end(talk), noteEnd(talk)];
      air.push({
        ...{
          type: 'history',
          sessionId: session,
          messages: rows.filter(({ seq }) => seq > from),
          complete: true,
        },
      } as ServerFrame);
      for (const one of notes.filter(({ noteSeq }) => noteSeq > noteFrom))
        air.push({ type: 'note', ...one } as ServerFrame);
    };
    const connect = () => {
      resume();
      for (const one of unsent(talk)) take(one);
    };
    const deliver = (frame: ServerFrame | undefined) => {
      if (!frame) return;
      talk = hear(talk, frame);
      const here = shown(talk);
      expect(here.map(({ seq }) => seq)).toEqual(here.map((_, index) => (here[0]?.seq ?? 0) + index));
      const keys = entries(talk).map(({ key, kind }) => (kind[0] === 'n' ? `note ${key}` : key));
      expect(new Set(keys).size).toBe(keys.length);
    };
    connect();
    for (let step = 0; step < 60; step++) {
      const what = below(10);
      if (what < 2) air.push({ type: 'message', ...stored('visitor', `v${step}`) } as ServerFrame);
      else if (what < 4) {
        const one = mine(`m${names++}`, below(3) ? 'reply' : 'note');
        talk = write(talk, one);
        // It arrives, or the line was dead.
        if (below(3)) take(one);
      } else if (what < 5 && air.length) air.push(air[below(air.length)] as ServerFrame);
      else if (what < 6 && air.length) air.splice(below(air.length), 1);
      else if (what < 7) {
        air = [];
        connect();
      } else deliver(air.splice(below(3) ? 0 : below(air.length || 1), 1)[0]);
    }
    // The line comes back for good.
    air = [];
    for (let turn = 0; turn < 3; turn++) {
      connect();
      for (const frame of air.splice(0)) deliver(frame);
    }
    return { talk, rows, notes, names };
  };

  it('leaves each stored line once, in order, and nothing unsent', () => {
    for (let seed = 1; seed <= 400; seed++) {
      const { talk, rows, notes, names } = run(seed);
      const told = `seed ${seed}`;
      expect(
        shown(talk).map(({ seq, content }) => [seq, content]),
        told,
      ).toEqual(rows.map(({ seq, content }) => [seq, content]));
      expect(
        talk.notes.map(({ noteSeq }) => noteSeq),
        told,
      ).toEqual(notes.map(({ noteSeq }) => noteSeq));
      expect([talk.outgoing, hasGap(talk)], told).toEqual([[], false]);
      expect(rows.filter(({ from }) => from === 'staff').length + notes.length, told).toBe(names);
    }
  });
});
