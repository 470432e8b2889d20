/**
 * What this person wrote and the server has not acknowledged: kept on this device, and sent until it is. A line has a name
 * that its page gave it, by which the server stores it once, however often it is sent and from however many tabs. A line
 * with files goes when all of them are at the server, and so do the lines after it.
 */
import type { FileMeta, StoredFile } from '@tekvwarho/site/files';
import type { ServerFrame } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { live } from '../../live/live.svelte';
import { files } from './files';
import { OUTBOX } from './stored';
import { renews, type Outgoing } from './talk';

/** What is not acknowledged by then is sent once more. */
const AGAIN_MS = 15_000;
/** A line that lay longer is not sent without being asked for: it may say what is no longer so. */
const STALE_MS = 3_600_000;

interface Kept extends Outgoing {
  sessionId: string;
}

/** What an open conversation hears of its lines, besides the frames: new names of files, or why one was refused. */
type Hearer = (
  sessionId: string,
  clientId: string,
  news: { files: FileMeta[] } | { refused: string },
) => void;

class Outbox {
  #kept = new Map<string, Kept>();
  #timer: ReturnType<typeof setInterval> | undefined;
  #hearers = new Set<Hearer>();

  constructor() {
    files.carrier = {
      filed: (key, answer) => this.#filed(key, answer),
      refused: (key, why) => this.#unfiled(key, why),
    };
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
      .map(({ sessionId: _, ...one }) => one);
  }

  hear(hearer: Hearer): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
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

  /** With `keep`, its files are needed elsewhere. */
  drop(clientId: string, keep = false): void {
    const one = this.#kept.get(clientId);
    this.#kept.delete(clientId);
    if (one?.files && !keep) files.forget(one.files);
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
      else if (renews(one, frame)) this.#renew(one);
      else this.#put({ ...one, refused: frame.detail });
    }
  }

  #send(one: Kept): void {
    const { sessionId, clientId, content, mode } = one;
    if (mode === 'note') return void live.send({ type: 'note', sessionId, clientId, content });
    if (this.#waits(one)) return;
    if (isOnWay(one)) return files.carry(one.files ?? []);
    const ids = one.files?.map(({ fileId }) => fileId ?? '');
    live.send({ type: 'message', sessionId, clientId, content, ...(ids?.length && { files: ids }) });
  }

  /** A line before it has files that are not at the server yet. */
  #waits({ sessionId, at }: Kept): boolean {
    return [...this.#kept.values()].some(
      (one) => one.sessionId === sessionId && one.at < at && isOnWay(one) && !this.isStale(one, Date.now()),
    );
  }

  #lineWith(key: string): Kept | undefined {
    return [...this.#kept.values()].find(
      (one) => !one.refused && one.files?.some((file) => file.key === key),
    );
  }

  #filed(key: string, answer: StoredFile): void {
    const one = this.#lineWith(key);
    if (!one) return;
    const now = one.files?.map((file) => (file.key === key ? { ...file, ...answer } : file)) ?? [];
    this.#put({ ...one, files: now });
    this.#tell(one, { files: now });
    this.flush();
  }

  #unfiled(key: string, why: string): void {
    const one = this.#lineWith(key);
    if (!one) return;
    this.#put({ ...one, refused: why });
    this.#tell(one, { refused: why });
    this.flush();
  }

  #renew(one: Kept): void {
    one.files?.forEach((file) => files.lost(file));
    const again = one.files?.map(({ fileId: _, ...file }) => file);
    const now = { ...one, files: again, renewed: true };
    this.#put(now);
    this.#send(now);
  }

  #tell({ sessionId, clientId }: Kept, news: Parameters<Hearer>[2]): void {
    for (const hearer of this.#hearers) hearer(sessionId, clientId, news);
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

/** It has files that are not at the server yet, and nothing speaks against it. */
const isOnWay = ({ files, refused }: Outgoing) => !refused && (files ?? []).some(({ fileId }) => !fileId);

const keyOf = ({ sessionId, clientId }: Kept) => `${OUTBOX}${session.me?.id}:${sessionId}:${clientId}`;

export const outbox = new Outbox();
