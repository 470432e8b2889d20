/**
 * The lines of one session as this page knows them. Pure: whatever arrives, doubled, late or with gaps, each stored line is
 * there once and in order, and what was not acknowledged yet waits at the end.
 */
import type { FileMeta } from '@tekvwarho/site/files';
import type { ServerFrame } from '../../api/types';
import type { ChatLine, ChatNote } from './types';

/** A line or a note of this person that is not stored yet, or whose stored line has not come back yet. */
export interface Outgoing {
  clientId: string;
  mode: 'reply' | 'note';
  content: string;
  /** Those that are not at the server yet have no `fileId`. */
  files?: FileMeta[];
  /** Its files were brought to the server once more, because it did not know them any more. */
  renewed?: boolean;
  /** When it was written. */
  at: string;
  /** Its place, once it is acknowledged. */
  stored?: number;
  /** Why the server does not take it, in its words; sent again only when the person says so. */
  refused?: string;
}

export interface Talk {
  /** Where the lines that were loaded begin; null: none were yet. */
  from: number | null;
  /** By `seq`. Without gaps from there up to `end`; what lies beyond a gap waits to be joined. */
  lines: ChatLine[];
  /** By `noteSeq`. */
  notes: ChatNote[];
  outgoing: Outgoing[];
  /** What each side has read. */
  read: { visitor: number; staff: number };
  /** The highest `seq` and `noteSeq` that were heard of, whether those lines came or not. */
  heard: { line: number; note: number };
}

export const EMPTY: Talk = {
  from: null,
  lines: [],
  notes: [],
  outgoing: [],
  read: { visitor: 0, staff: 0 },
  heard: { line: 0, note: 0 },
};

/** The last line of the unbroken row that was loaded; 0 without any. */
export function end({ from, lines }: Talk): number {
  if (from === null) return 0;
  let last = from - 1;
  for (const { seq } of lines) {
    if (seq > last + 1) break;
    last = seq;
  }
  return last;
}

/** The last note; notes are loaded whole, so a gap can only be behind it. */
export function noteEnd({ notes }: Talk): number {
  let last = 0;
  for (const { noteSeq } of notes) {
    if (noteSeq > last + 1) break;
    last = noteSeq;
  }
  return last;
}

/** Whether something that was stored is not here. */
export const hasGap = (talk: Talk): boolean => talk.heard.line > end(talk) || talk.heard.note > noteEnd(talk);

/** Whether there are lines before the first one. */
export const hasEarlier = ({ from }: Talk): boolean => (from ?? 1) > 1;

/** The lines that can be shown: up to the first gap. */
export const shown = (talk: Talk): ChatLine[] => {
  const last = end(talk);
  return talk.lines.filter(({ seq }) => seq <= last);
};

/** Of two copies of a line, the one whose text was removed is the newer one. */
const newer = (one: ChatLine | undefined, other: ChatLine) => (one?.redacted ? one : other);

function withLines(talk: Talk, more: readonly ChatLine[]): Talk {
  const known = new Map(talk.lines.map((line) => [line.seq, line]));
  for (const line of more) known.set(line.seq, newer(known.get(line.seq), line));
  const lines = [...known.values()].sort((a, b) => a.seq - b.seq);
  const ids = new Set(more.map(({ clientId }) => clientId));
  return {
    ...talk,
    lines,
    outgoing: talk.outgoing.filter(({ mode, clientId }) => mode !== 'reply' || !ids.has(clientId)),
    heard: { ...talk.heard, line: Math.max(talk.heard.line, lines.at(-1)?.seq ?? 0) },
  };
}

function withNotes(talk: Talk, more: readonly ChatNote[]): Talk {
  if (!more.length) return talk;
  const known = new Map([...talk.notes, ...more].map((note) => [note.noteSeq, note]));
  const notes = [...known.values()].sort((a, b) => a.noteSeq - b.noteSeq);
  const ids = new Set(more.map(({ clientId }) => clientId));
  return {
    ...talk,
    notes,
    outgoing: talk.outgoing.filter(({ mode, clientId }) => mode !== 'note' || !ids.has(clientId)),
    heard: { ...talk.heard, note: Math.max(talk.heard.note, notes.at(-1)?.noteSeq ?? 0) },
  };
}

/** What a frame of this session changes. */
export function hear(talk: Talk, frame: ServerFrame): Talk {
  switch (frame.type) {
    case 'message':
      // A line further up than what is loaded, whose text was removed.
      return frame.seq < (talk.from ?? 0) ? talk : withLines(talk, [frame]);
    case 'history':
      return withLines(talk, frame.messages);
    case 'note':
      return withNotes(talk, [frame]);
    case 'read':
      return withRead(talk, { [frame.by]: frame.seq });
    case 'session':
      return {
        ...withRead(talk, { visitor: frame.visitorReadSeq, staff: frame.staffReadSeq }),
        heard: { ...talk.heard, line: Math.max(talk.heard.line, frame.lastSeq) },
      };
    case 'ack':
      return acknowledged(talk, frame.clientId, frame.seq ?? undefined, frame.noteSeq ?? undefined);
    case 'error':
      return wronged(talk, frame);
    default:
      return talk;
  }
}

function withRead(talk: Talk, to: Partial<Talk['read']>): Talk {
  const visitor = Math.max(talk.read.visitor, to.visitor ?? 0);
  const staff = Math.max(talk.read.staff, to.staff ?? 0);
  if (visitor === talk.read.visitor && staff === talk.read.staff) return talk;
  return { ...talk, read: { visitor, staff } };
}

function acknowledged(talk: Talk, clientId: string, seq?: number, noteSeq?: number): Talk {
  const heard = {
    line: Math.max(talk.heard.line, seq ?? 0),
    note: Math.max(talk.heard.note, noteSeq ?? 0),
  };
  const here =
    talk.lines.some((line) => line.seq === seq) || talk.notes.some((note) => note.noteSeq === noteSeq);
  const outgoing = talk.outgoing.flatMap((one) => {
    if (one.clientId !== clientId) return [one];
    return here ? [] : [{ ...one, stored: seq ?? noteSeq, refused: undefined }];
  });
  return { ...talk, heard, outgoing };
}

type Wrong = Extract<ServerFrame, { type: 'error' }>;

/** The server may not know the files of this line any more: once, they are brought again. */
export const renews = (one: Outgoing, { code }: Pick<Wrong, 'code'>): boolean =>
  code === 'validation_failed' && !one.renewed && (one.files?.length ?? 0) > 0;

function wronged(talk: Talk, frame: Wrong): Talk {
  const one = talk.outgoing.find(({ clientId }) => clientId === frame.clientId);
  // What only came too early is sent again by itself.
  if (!one || frame.retryAfter) return talk;
  if (!renews(one, frame)) return refused(talk, one.clientId, frame.detail);
  const outgoing = talk.outgoing.map((other) => (other === one ? { ...one, renewed: true } : other));
  return { ...talk, outgoing };
}

/** A file of a line is at the server. */
export const filed = (talk: Talk, clientId: string, files: FileMeta[]): Talk => ({
  ...talk,
  outgoing: talk.outgoing.map((one) => (one.clientId === clientId ? { ...one, files } : one)),
});

/** A page from the history: the newest lines, or those that end before the first one. */
export function loaded(talk: Talk, page: readonly ChatLine[]): Talk {
  const first = page[0]?.seq ?? 1;
  return withLines({ ...talk, from: Math.min(talk.from ?? first, first) }, page);
}

/** All notes, as the session has them. */
export const annotated = (talk: Talk, notes: readonly ChatNote[]): Talk => withNotes(talk, notes);

export const write = (talk: Talk, one: Outgoing): Talk => ({ ...talk, outgoing: [...talk.outgoing, one] });

/** The server does not take it as it is. */
export const refused = (talk: Talk, clientId: string, why: string): Talk => ({
  ...talk,
  outgoing: talk.outgoing.map((one) =>
    one.clientId === clientId && one.stored === undefined ? { ...one, refused: why } : one,
  ),
});

/** The person wants it to be sent once more. */
export const again = (talk: Talk, clientId: string): Talk => ({
  ...talk,
  outgoing: talk.outgoing.map((one) => (one.clientId === clientId ? { ...one, refused: undefined } : one)),
});

export const discard = (talk: Talk, clientId: string): Talk => ({
  ...talk,
  outgoing: talk.outgoing.filter((one) => one.clientId !== clientId),
});

/** What a new connection has to send, in order. */
export const unsent = ({ outgoing }: Talk): Outgoing[] =>
  outgoing.filter(({ stored, refused }) => stored === undefined && refused === undefined);

/** An entry of the conversation as it is shown. */
export type Entry =
  | { kind: 'line'; key: string; at: string; line: ChatLine }
  | { kind: 'note'; key: string; at: string; note: ChatNote }
  | { kind: 'outgoing'; key: string; at: string; one: Outgoing };

/** Lines in their order, notes where they were written, and at the end what is on its way. */
export function entries(talk: Talk): Entry[] {
  const list: Entry[] = [];
  const first = talk.lines[0]?.createdAt;
  // Notes from before the lines that are loaded come with them.
  const notes = talk.notes.filter(({ createdAt }) => !hasEarlier(talk) || !first || createdAt >= first);
  let next = 0;
  const upTo = (at: string | null) => {
    for (let note = notes[next]; note && (at === null || note.createdAt < at); note = notes[++next])
      list.push({ kind: 'note', key: note.clientId ?? note.id, at: note.createdAt, note });
  };
  for (const line of shown(talk)) {
    upTo(line.createdAt);
    list.push({ kind: 'line', key: line.clientId ?? line.id, at: line.createdAt, line });
  }
  upTo(null);
  for (const one of talk.outgoing) list.push({ kind: 'outgoing', key: one.clientId, at: one.at, one });
  return list;
}
