/**
 * Keeps one access token for all tabs of a browser. Pure: all dependencies are passed in.
 *
 * - One refresh at a time in this tab (`inFlight`) and across tabs (`withLock`).
 * - The tab that refreshed shares the new token over the channel.
 * - Only an explicit response ends the session; network failures are retried with back-off.
 */
import type { TokenGrant } from '../api/types';

export type RefreshResult =
  | { kind: 'granted'; grant: TokenGrant }
  | { kind: 'signed_out' }
  | { kind: 'unreachable'; retryAfterMs?: number };

export type TabMessage = { type: 'granted'; grant: TokenGrant; expiresAt: number } | { type: 'signed_out' };

export interface RefreshWorld {
  refresh(): Promise<RefreshResult>;
  /** Runs the work while no other tab does. `waited` says that another tab held the lock first. */
  withLock<T>(work: (waited: boolean) => Promise<T>): Promise<T>;
  post(message: TabMessage): void;
  now(): number;
  sleep(ms: number): Promise<void>;
  setTimer(work: () => void, ms: number): unknown;
  clearTimer(timer: unknown): void;
  random(): number;
}

export interface RefreshListener {
  granted(grant: TokenGrant): void;
  signedOut(): void;
  unreachable(): void;
}

export class Unreachable extends Error {
  constructor() {
    super('The server cannot be reached');
  }
}
export class SignedOut extends Error {
  constructor() {
    super('Signed out');
  }
}

const EARLY_MS = 60_000;
const MAX_BACKOFF_MS = 30_000;

export class TokenKeeper {
  #token: string | null = null;
  #expiresAt = 0;
  #inFlight: Promise<string> | null = null;
  #timer: unknown = null;
  #failures = 0;
  /** Incremented on every sign-in and sign-out, so that a late response cannot bring back an old session. */
  #epoch = 0;

  constructor(
    private readonly world: RefreshWorld,
    private readonly listener: RefreshListener,
  ) {}

  get token(): string | null {
    return this.#token;
  }

  /** A currently valid token; `rejected` is one that the server has just rejected. */
  async current(rejected?: string): Promise<string> {
    if (this.#token && this.#token !== rejected && this.world.now() < this.#expiresAt) return this.#token;
    return this.#refreshOnce(rejected);
  }

  /** After sign-in and set-up: stores the token in this tab and shares it. */
  adopt(grant: TokenGrant): void {
    this.#epoch++;
    const expiresAt = this.#take(grant);
    this.world.post({ type: 'granted', grant, expiresAt });
  }

  /** On sign-out, here or in another tab: clears the token here, and with `tell` in the other tabs too. */
  forget(tell: boolean): void {
    this.#epoch++;
    this.#token = null;
    this.#expiresAt = 0;
    this.#failures = 0;
    this.#clear();
    if (tell) this.world.post({ type: 'signed_out' });
    this.listener.signedOut();
  }

  hear(message: TabMessage): void {
    if (message.type === 'signed_out') {
      this.forget(false);
    } else if (message.expiresAt > this.#expiresAt) {
      this.#epoch++;
      this.#take(message.grant, message.expiresAt);
    }
  }

  /** The network is back or the tab woke up: retry without waiting for the back-off. */
  async nudge(): Promise<void> {
    const due = this.#token === null ? this.#failures > 0 : this.world.now() >= this.#expiresAt - EARLY_MS;
    if (!due) return;
    await this.#refreshOnce(this.#token ?? undefined).catch(() => undefined);
  }

  #refreshOnce(stale?: string): Promise<string> {
    this.#inFlight ??= this.#refresh(stale).finally(() => (this.#inFlight = null));
    return this.#inFlight;
  }

  async #refresh(stale?: string): Promise<string> {
    const epoch = this.#epoch;
    const before = stale ?? this.#token;
    const result = await this.world.withLock(async (waited): Promise<RefreshResult | null> => {
      // Another tab may just have refreshed: its message can arrive a moment after it released the lock.
      if (waited && this.#epoch === epoch) await this.world.sleep(50);
      if (this.#epoch !== epoch) return null;
      const answer = await this.world.refresh();
      if (answer.kind === 'granted' && this.#epoch === epoch) {
        const expiresAt = this.#take(answer.grant);
        this.world.post({ type: 'granted', grant: answer.grant, expiresAt });
      }
      return answer;
    });
    if (this.#epoch !== epoch || result === null) {
      if (this.#token && this.#token !== before) return this.#token;
      throw new SignedOut();
    }
    if (result.kind === 'granted') return result.grant.accessToken;
    if (result.kind === 'signed_out') {
      this.forget(true);
      throw new SignedOut();
    }
    this.#failures++;
    this.#retryLater(result.retryAfterMs);
    this.listener.unreachable();
    throw new Unreachable();
  }

  #take(grant: TokenGrant, expiresAt = this.world.now() + grant.expiresIn * 1000): number {
    this.#token = grant.accessToken;
    this.#expiresAt = expiresAt;
    this.#failures = 0;
    this.#schedule(Math.max(1_000, expiresAt - this.world.now() - EARLY_MS));
    this.listener.granted(grant);
    return expiresAt;
  }

  #retryLater(retryAfterMs?: number): void {
    const backoff = Math.min(MAX_BACKOFF_MS, 1_000 * 2 ** (this.#failures - 1));
    this.#schedule(retryAfterMs ?? backoff * (0.75 + this.world.random() * 0.5));
  }

  #schedule(ms: number): void {
    this.#clear();
    this.#timer = this.world.setTimer(() => {
      void this.#refreshOnce(this.#token ?? undefined).catch(() => undefined);
    }, ms);
  }

  #clear(): void {
    if (this.#timer !== null) this.world.clearTimer(this.#timer);
    this.#timer = null;
  }
}
