/** The sessions that wait or are active, as the socket tells of them. Pure. */
import type { ServerFrame } from '../../api/types';
import type { ChatSession } from './types';

export interface Sessions {
  all: Readonly<Record<string, ChatSession>>;
  /** What has come of a list that is not complete yet; null: none is under way. */
  coming: Readonly<Record<string, ChatSession>> | null;
  /** The list has been here. */
  loaded: boolean;
}

export const NONE: Sessions = { all: {}, coming: null, loaded: false };

const newer = (known: ChatSession | undefined, other: ChatSession) =>
  known && known.version >= other.version ? known : other;

/** Where a visitor is changes without a new version: of two equal states in a list, the list's is newer. */
const newest = (known: ChatSession | undefined, listed: ChatSession) =>
  known && known.version > listed.version ? known : listed;

type Presence = Extract<ServerFrame, { type: 'presence' }>;

/** Whether the visitor is there now, and on which page. */
export function withPresence<T extends ChatSession>(one: T, { visitor, page }: Presence): T {
  // From where they came to the site stays as it was.
  const where = page ? { ...page, referrer: one.page?.referrer } : one.page;
  return { ...one, online: visitor === 'online', page: where };
}

type ByKey = Readonly<Record<string, ChatSession>>;
const put = (into: ByKey, one: ChatSession): ByKey => ({
  ...into,
  [one.sessionId]: newer(into[one.sessionId], one),
});

const moved = (all: ByKey, frame: Presence): ByKey => {
  const one = all[frame.sessionId];
  return one ? { ...all, [frame.sessionId]: withPresence(one, frame) } : all;
};

export function hearSessions(state: Sessions, frame: ServerFrame): Sessions {
  if (frame.type === 'ready') return { ...state, coming: null };
  if (frame.type === 'session') {
    return { ...state, all: put(state.all, frame), coming: state.coming && put(state.coming, frame) };
  }
  if (frame.type === 'presence') {
    const { all, coming } = state;
    return { ...state, all: moved(all, frame), coming: coming && moved(coming, frame) };
  }
  if (frame.type !== 'sessions') return state;
  const coming = frame.sessions.reduce(put, state.coming ?? {});
  if (!frame.complete) return { ...state, coming };
  // What is not in the list is over. What is may have changed since the list was made.
  const all = Object.values(coming).map((one): [string, ChatSession] => [
    one.sessionId,
    newest(state.all[one.sessionId], one),
  ]);
  return { all: Object.fromEntries(all), coming: null, loaded: true };
}

/** A state of a session from elsewhere, such as the response to a request. */
export const learn = (state: Sessions, one: ChatSession): Sessions => ({
  ...state,
  all: put(state.all, one),
});

const begun = (one: ChatSession) => one.waitingSince ?? one.startedAt;

/** Whoever waits longest comes first. */
export const waitingOf = ({ all }: Sessions): ChatSession[] =>
  Object.values(all)
    .filter(({ status, isSpam }) => status === 'waiting' && !isSpam)
    .sort((a, b) => begun(a).localeCompare(begun(b)));

/** In the order in which they began: rows do not move while one writes. */
export const mineOf = ({ all }: Sessions, me: string | undefined): ChatSession[] =>
  Object.values(all)
    .filter(({ status, staffId }) => status === 'active' && staffId === me)
    .sort((a, b) => a.startedAt.localeCompare(b.startedAt));

/** What somebody should hear of. */
export type News = { kind: 'waiting' | 'given' | 'line'; session: ChatSession };

/** What is new for a person: somebody waits, a colleague has passed a session on to them, or there is a line in theirs. */
export function newsIn(
  before: ChatSession | undefined,
  now: ChatSession,
  me: string | undefined,
): News | null {
  if (before && before.version >= now.version) return null;
  if (now.isSpam) return null;
  if (now.status === 'waiting' && before?.status !== 'waiting') return { kind: 'waiting', session: now };
  const mine = now.status === 'active' && now.staffId === me;
  if (mine && before?.status === 'active' && before.staffId !== me) return { kind: 'given', session: now };
  return mine && now.unread > (before?.unread ?? 0) ? { kind: 'line', session: now } : null;
}
