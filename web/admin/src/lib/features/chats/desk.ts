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

type ByKey = Readonly<Record<string, ChatSession>>;
const put = (into: ByKey, one: ChatSession): ByKey => ({
  ...into,
  [one.sessionId]: newer(into[one.sessionId], one),
});

export function hearSessions(state: Sessions, frame: ServerFrame): Sessions {
  if (frame.type === 'ready') return { ...state, coming: null };
  if (frame.type === 'session') {
    return { ...state, all: put(state.all, frame), coming: state.coming && put(state.coming, frame) };
  }
  if (frame.type !== 'sessions') return state;
  const coming = frame.sessions.reduce(put, state.coming ?? {});
  if (!frame.complete) return { ...state, coming };
  // What is not in the list is over. What is may have changed since the list was made.
  const all = Object.values(coming).map((one): [string, ChatSession] => [
    one.sessionId,
    newer(state.all[one.sessionId], one),
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
export type News = { kind: 'waiting' | 'line'; session: ChatSession };

/** What is new for a person: somebody waits, or has written into a session that the person has. */
export function newsIn(
  before: ChatSession | undefined,
  now: ChatSession,
  me: string | undefined,
): News | null {
  if (before && before.version >= now.version) return null;
  if (now.isSpam) return null;
  if (now.status === 'waiting' && before?.status !== 'waiting') return { kind: 'waiting', session: now };
  const mine = now.status === 'active' && now.staffId === me;
  return mine && now.unread > (before?.unread ?? 0) ? { kind: 'line', session: now } : null;
}
