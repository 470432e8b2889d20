/**
 * What this person wrote and the server has not acknowledged: kept on this device, and sent until it is. A line has a name
 * that its page gave it, by which the server stores it once, however often it is sent and from however many tabs.
 */
import type { ServerFrame } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { live } from '../../live/live.svelte';
import { OUTBOX } from './stored';
import type { Outgoing } from './talk';

/** What is not acknowledged by then is sent once more. */
const AGAIN_MS = 15_000;
/** A line that lay longer is not sent without being asked for: it may say what is no longer so. */
const STALE_MS = 3_600_000;

interface Kept extends Outgoing {
  sessionId: string;
}

class Outbox {
  #kept = new Map<string, Kept>();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#read();
    live.hear((frame) => this.#hear(frame));
    session.whenLeft(() => {
      this.#kept.clear();
      this.#tick();
    });
  }

  /** What waits for one session, in the order in which it was written. */
  of(sessionId: string): Outgoing[] {
    this.#read();
    return [...this.#kept.values()]
      .filter((one) => one.sessionId === sessionId)
      .sort((a, b) => a.at.localeCompare(b.at))
      .map(({ clientId, mode, content, at, refused }) => ({ clientId, mode, content, at, refused }));
  }

  add(sessionId: string, one: Outgoing): void {
    this.#put({ ...one, sessionId });
    this.#send({ ...one, sessionId });
  }

  /** The person wants it to be sent once more. */
  again(clientId: string): void {
    const one = this.#kept.get(clientId);
    if (!one) return;
    const { refused: _, ...rest } = one;
    const now = { ...rest, at: new Date().toISOString() };
    this.#put(now);
    this.#send(now);
  }

  drop(clientId: string): void {
    const one = this.#kept.get(clientId);
    this.#kept.delete(clientId);
    this.#tick();
    try {
      if (one) localStorage.removeItem(keyOf(one));
    } catch {
      // It was not stored.
    }
  }

  /** Sends all that waits, oldest first. */
  flush(): void {
    this.#read();
    for (const one of [...this.#kept.values()].sort((a, b) => a.at.localeCompare(b.at)))
      if (!one.refused && Date.now() - Date.parse(one.at) < STALE_MS) this.#send(one);
  }

  /** Whether it lies so long that the person has to say what is to happen with it. */
  isStale = (one: Outgoing, now: number): boolean => now - Date.parse(one.at) >= STALE_MS;

  #hear(frame: ServerFrame): void {
    if (frame.type === 'ready') this.flush();
    else if (frame.type === 'ack') this.drop(frame.clientId);
    else if (frame.type === 'error' && frame.clientId) {
      const one = this.#kept.get(frame.clientId);
      if (!one) return;
      if (frame.retryAfter) setTimeout(() => this.flush(), frame.retryAfter * 1000);
      else this.#put({ ...one, refused: frame.detail });
    }
  }

  #send({ sessionId, clientId, content, mode }: Kept): void {
    live.send({ type: mode === 'note' ? 'note' : 'message', sessionId, clientId, content });
  }

  #put(one: Kept): void {
    this.#kept.set(one.clientId, one);
    this.#tick();
    try {
      localStorage.setItem(keyOf(one), JSON.stringify(one));
    } catch {
      // Only this page has it then.
    }
  }

  /** Also what a tab that is gone has left. */
  #read(): void {
    try {
      const own = `${OUTBOX}${session.me?.id}:`;
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(own)) continue;
        const one = JSON.parse(localStorage.getItem(key) ?? 'null') as Kept | null;
        if (one && !this.#kept.has(one.clientId)) this.#kept.set(one.clientId, one);
      }
    } catch {
      // Storage is blocked, or somebody wrote into it.
    }
    this.#tick();
  }

  /** Asks again as long as something waits. */
  #tick(): void {
    clearInterval(this.#timer);
    this.#timer = this.#kept.size ? setInterval(() => this.flush(), AGAIN_MS) : undefined;
  }
}

const keyOf = ({ sessionId, clientId }: Kept) => `${OUTBOX}${session.me?.id}:${sessionId}:${clientId}`;

export const outbox = new Outbox();
