/** Who is signed in, in this tab and in all others. The token never leaves memory. */
import { api } from '../api/client';
import { quiet, refreshToken, useTokens } from '../api/http';
import type { Me, Permission, Theme, TokenGrant } from '../api/types';
import { applyTheme } from '../ui/theme';
import { SignedOut, TokenKeeper, type TabMessage } from './refresh';

const LOCK = 'tekvwarho-refresh';
/** Set if someone is signed in on this device: without it, start skips the refresh. */
const HINT = 'tekvwarho:signed-in';

/** `starting`: unknown yet. `waiting`: the server could not be reached; that signs nobody out. */
type Status = 'starting' | 'waiting' | 'in' | 'out';

class Session {
  me = $state.raw<Me | null>(null);
  status = $state<Status>('starting');
  /** True if the last refresh did not reach the server. */
  unreachable = $state(false);

  /** True if the person signed out here, rather than by an expired session that they may want to resume. */
  leftByHand = false;

  #channel = new BroadcastChannel('tekvwarho-session');
  #keeper: TokenKeeper;
  #leaving: Promise<void> | null = null;
  #farewells: ((byHand: boolean) => void)[] = [];

  constructor() {
    this.#keeper = new TokenKeeper(
      {
        refresh: refreshToken,
        withLock: oneTabAtATime,
        post: (message) => this.#channel.postMessage(message),
        now: () => Date.now(),
        sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
        setTimer: (work, ms) => setTimeout(work, ms),
        clearTimer: (timer) => clearTimeout(timer as number),
        random: Math.random,
      },
      {
        granted: (grant) => this.#enter(grant.staff),
        signedOut: () => this.#leave(),
        unreachable: () => {
          this.unreachable = true;
          if (this.status === 'starting') this.status = 'waiting';
        },
      },
    );
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => this.#keeper.hear(event.data);
    useTokens({ current: (rejected, last) => this.#token(rejected, last) });
    const wake = () => void this.#keeper.nudge();
    addEventListener('online', wake);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && wake());
  }

  /** Tries the cookie once on start; later calls do nothing. */
  async start(): Promise<void> {
    if (this.status !== 'starting') return;
    if (hint() === null) this.#leave();
    else await this.#keeper.current().catch(() => undefined);
  }

  adopt(grant: TokenGrant): void {
    this.#keeper.adopt(grant);
  }

  retry(): void {
    void this.#keeper.nudge();
  }

  /** The person's own profile changed. */
  update(me: Me): void {
    this.#enter(me);
  }

  /** Leftover work of an ending or ended session must not request a new token. */
  async #token(rejected?: string, last = false): Promise<string> {
    if ((this.#leaving && !last) || this.status === 'out') throw new SignedOut();
    return this.#keeper.current(rejected);
  }

  signOut(): Promise<void> {
    return (this.#leaving ??= this.#signOut().finally(() => (this.#leaving = null)));
  }

  async #signOut(): Promise<void> {
    // Pending requests finish first; then the server is told, while the token still exists. Neither may keep a person
    // from signing out.
    const told = quiet().then(() => api.logout());
    await Promise.race([told.catch(() => undefined), new Promise((done) => setTimeout(done, 3_000))]);
    this.leftByHand = true;
    this.#keeper.forget(true);
  }

  /** The socket reported that this session has ended: the refresh decides, unless we are ending it ourselves. */
  async checkEnded(): Promise<void> {
    await this.#leaving;
    if (this.status !== 'in') return;
    await this.#keeper.current(this.#keeper.token ?? undefined).catch(() => undefined);
  }

  /**
   * Registers a callback that clears personal data before someone else uses this tab; `byHand`: the person signed out
   * themselves.
   */
  whenLeft(forget: (byHand: boolean) => void): void {
    this.#farewells.push(forget);
  }

  may(permission: Permission): boolean {
    return this.me?.role === 'admin' || (this.me?.permissions.includes(permission) ?? false);
  }

  #enter(me: Me): void {
    if (this.me && this.me.id !== me.id) this.#farewells.forEach((forget) => forget(false));
    this.me = me;
    this.status = 'in';
    this.leftByHand = false;
    this.unreachable = false;
    applyTheme(me.theme as Theme);
    hint('yes');
  }

  #leave(): void {
    this.#farewells.forEach((forget) => forget(this.leftByHand));
    this.me = null;
    this.status = 'out';
    this.unreachable = false;
    hint('');
  }
}

/** Reads, writes or (with "") removes the hint. If storage is blocked, we ask the server. */
function hint(value?: string): string | null {
  try {
    if (value) localStorage.setItem(HINT, value);
    else if (value === '') localStorage.removeItem(HINT);
    return localStorage.getItem(HINT);
  } catch {
    return '';
  }
}

async function oneTabAtATime<T>(work: (waited: boolean) => Promise<T>): Promise<T> {
  // Web Locks need a secure context; plain http on another host than localhost has none.
  if (!navigator.locks) return work(false);
  const before = performance.now();
  return navigator.locks.request(LOCK, () => work(performance.now() - before > 20)) as Promise<T>;
}

export const session = new Session();
