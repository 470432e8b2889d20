import { describe, expect, it } from 'vitest';
import type { ServerFrame } from '../../api/types';
import { hearSessions, learn, mineOf, newsIn, NONE, waitingOf, type Sessions } from './desk';
import type { ChatSession } from './types';

const one = (sessionId: string, version: number, more: Partial<ChatSession> = {}) =>
  ({
    ...{ sessionId, version, status: 'waiting', isSpam: false, staffId: null, unread: 0 },
    ...{ startedAt: `2026-01-01T09:0${version}:00Z`, waitingSince: null },
    ...more,
  }) as ChatSession;
const changed = (session: ChatSession) => ({ type: 'session', ...session }) as ServerFrame;
const list = (complete: boolean, ...sessions: ChatSession[]) =>
  ({ type: 'sessions', sessions, complete }) as ServerFrame;
const READY = { type: 'ready', staffId: 'me' } as ServerFrame;
const after = (...frames: ServerFrame[]) => frames.reduce(hearSessions, NONE);
const ids = (state: Sessions) => Object.keys(state.all).sort();

describe('the sessions', () => {
  it('come in parts and replace what was there', () => {
    const half = after(changed(one('old', 1)), READY, list(false, one('a', 1)));
    expect([ids(half), half.loaded]).toEqual([['old'], false]);
    const whole = hearSessions(half, list(true, one('b', 1)));
    expect([ids(whole), whole.loaded]).toEqual([['a', 'b'], true]);
  });

  it('keep what changed while the list was under way', () => {
    const state = after(
      READY,
      list(false, one('a', 1)),
      changed(one('a', 3, { status: 'active' })),
      list(true),
    );
    expect(state.all['a']?.status).toBe('active');
    expect(ids(after(READY, list(false), changed(one('new', 1)), list(true)))).toEqual(['new']);
  });

  it('tell where a visitor is, without a new version', () => {
    const here = (visitor: 'online' | 'offline', url?: string) =>
      ({ type: 'presence', sessionId: 'a', visitor, page: url ? { url } : null }) as ServerFrame;
    const page = { url: 'https://firm.example/', referrer: 'https://search.example/' };
    const state = after(changed(one('a', 1, { online: true, page })), here('offline'));
    expect(state.all['a']).toMatchObject({ online: false, page });
    const back = hearSessions(state, here('online', 'https://firm.example/about'));
    expect(back.all['a']).toMatchObject({
      online: true,
      page: { url: 'https://firm.example/about', referrer: page.referrer },
    });
    expect(after(here('online')).all).toEqual({});
    // A list from after a gap knows what was missed meanwhile.
    const again = hearSessions(hearSessions(back, READY), list(true, one('a', 1, { online: false })));
    expect(again.all['a']?.online).toBe(false);
  });

  it('take the newest state, in whatever order it comes', () => {
    const closed = one('a', 5, { status: 'closed' });
    expect(after(changed(closed), changed(one('a', 4))).all['a']?.status).toBe('closed');
    expect(learn(after(changed(one('a', 4))), closed).all['a']?.status).toBe('closed');
  });

  it('forget a list that a new socket begins again', () => {
    const state = after(READY, list(false, one('gone', 1)), READY, list(true, one('a', 1)));
    expect(ids(state)).toEqual(['a']);
  });
});

describe('who is next', () => {
  it('is whoever waits longest, without spam', () => {
    const state = after(
      changed(one('late', 1, { waitingSince: '2026-01-01T09:30:00Z' })),
      changed(one('early', 1, { waitingSince: '2026-01-01T09:10:00Z' })),
      changed(one('junk', 1, { isSpam: true })),
      changed(one('mine', 1, { status: 'active', staffId: 'me' })),
      changed(one('bens', 1, { status: 'active', staffId: 'ben' })),
    );
    expect(waitingOf(state).map(({ sessionId }) => sessionId)).toEqual(['early', 'late']);
    expect(mineOf(state, 'me').map(({ sessionId }) => sessionId)).toEqual(['mine']);
  });
});

describe('news', () => {
  const mine = (version: number, unread: number) =>
    one('a', version, { status: 'active', staffId: 'me', unread });
  it('is a session that begins to wait, and a line in one of the person’s own', () => {
    expect(newsIn(undefined, one('a', 1), 'me')?.kind).toBe('waiting');
    expect(newsIn(one('a', 1), one('a', 2), 'me')).toBeNull();
    expect(newsIn(mine(1, 0), mine(2, 1), 'me')?.kind).toBe('line');
    expect(newsIn(mine(1, 1), mine(2, 0), 'me')).toBeNull();
    expect(newsIn(mine(3, 0), mine(2, 1), 'me')).toBeNull();
    expect(newsIn(mine(1, 0), mine(2, 1), 'ben')).toBeNull();
    const bens = one('a', 1, { status: 'active', staffId: 'ben' });
    expect(newsIn(bens, mine(2, 0), 'me')?.kind).toBe('given');
  });
});
