/** What the shell knows of chats: who waits, what is one's own, and whether one takes chats. Part of the first load. */
import type { ServerFrame } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { live } from '../../live/live.svelte';
import { hearSessions, learn, mineOf, newsIn, NONE, waitingOf } from './desk';
import { OUTBOX, SIGNALS } from './stored';
import type { ChatSession } from './types';

type ChatColleague = Extract<ServerFrame, { type: 'staff' }>['staff'][number];

class Desk {
  sessions = $state.raw(NONE);
  staff = $state.raw<ChatColleague[]>([]);
  /** How far this device's clock is ahead of the server's, in milliseconds. */
  ahead = $state(0);
  /** The session that is open on this page. */
  open: string | null = null;
  /** Sessions that colleagues have passed on to this person, who has not opened them since. */
  #given = $state.raw<readonly string[]>([]);

  waiting = $derived(waitingOf(this.sessions));
  mine = $derived(mineOf(this.sessions, session.me?.id));
  /** What somebody should look at: who waits, and one's own with something new. */
  count = $derived(this.waiting.length + this.mine.filter((one) => this.isNew(one)).length);
  available = $derived(this.staff.some(({ staffId, available }) => available && staffId === session.me?.id));

  frames(frame: ServerFrame): void {
    if (frame.type === 'ready') this.#ready();
    else if (frame.type === 'staff') this.staff = frame.staff;
    else if (frame.type === 'session') this.#ring(frame);
    else if (frame.type === 'sessions') frame.sessions.forEach((one) => this.#measure(one));
    this.sessions = hearSessions(this.sessions, frame);
  }

  /** A colleague has passed it on, and it still is this person's. */
  isGiven({ sessionId, staffId }: ChatSession): boolean {
    return staffId === session.me?.id && this.#given.includes(sessionId);
  }

  /** Something in it was not looked at yet. */
  isNew(one: ChatSession): boolean {
    return one.unread > 0 || this.isGiven(one);
  }

  /** It is open, or no longer is. */
  show(id: string | null): void {
    this.open = id;
    if (id) this.#given = this.#given.filter((other) => other !== id);
  }

  learn(one: ChatSession): void {
    this.sessions = learn(this.sessions, one);
  }

  /** The server tells everybody, us too. */
  setAvailable(on: boolean): void {
    live.send({ type: 'available', on });
  }

  forget(): void {
    Object.assign(this, { sessions: NONE, staff: [] });
    this.#given = [];
  }

  /** Lines from before: of a page that was closed or reloaded. */
  #ready(): void {
    try {
      const own = OUTBOX + session.me?.id;
      if (Object.keys(localStorage).some((key) => key.startsWith(own)))
        void import('./outbox.svelte').then(({ outbox }) => outbox.flush());
    } catch {
      // Storage is blocked: nothing is kept there.
    }
  }

  #measure({ waitingSince, waitingSeconds }: ChatSession): void {
    if (waitingSince && typeof waitingSeconds === 'number')
      this.ahead = Date.now() - Date.parse(waitingSince) - waitingSeconds * 1000;
  }

  #ring(now: ChatSession): void {
    this.#measure(now);
    const news = this.sessions.loaded && newsIn(this.sessions.all[now.sessionId], now, session.me?.id);
    if (!news) return;
    if (news.kind === 'given' && this.open !== now.sessionId) this.#given = [...this.#given, now.sessionId];
    const seen = this.open === now.sessionId && document.hasFocus();
    if (seen || (news.kind === 'waiting' && !this.available)) return;
    try {
      if (localStorage.getItem(SIGNALS))
        void import('./signals.svelte').then(({ signals }) => signals.ring(news));
    } catch {
      // Storage is blocked: nobody could ask for signals.
    }
  }
}

export const desk = new Desk();
