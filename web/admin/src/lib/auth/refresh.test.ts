import { describe, expect, it } from 'vitest';
import type { Me } from '../api/types';
import { SignedOut, TokenKeeper, Unreachable, type RefreshResult, type TabMessage } from './refresh';

const me = { id: 'a', name: 'Anna' } as Me;

/** Two or more tabs, one lock, one channel and a clock that the test moves. */
class Browser {
  time = 0;
  refreshes = 0;
  answer: () => RefreshResult = () => this.grant();
  tabs: { keeper: TokenKeeper; events: string[] }[] = [];
  #lock: Promise<unknown> = Promise.resolve();
  #held = 0;
  #timers = new Map<number, { at: number; work: () => void }>();
  #id = 0;

  grant(): RefreshResult {
    return { kind: 'granted', grant: { accessToken: `t${this.refreshes}`, expiresIn: 900, staff: me } };
  }

  open() {
    const events: string[] = [];
    const tab = { keeper: null as unknown as TokenKeeper, events };
    tab.keeper = new TokenKeeper(
      {
        refresh: async () => {
          this.refreshes++;
          await Promise.resolve();
          return this.answer();
        },
        withLock: (work) => {
          const waited = this.#held++ > 0;
          const run = this.#lock.then(() => work(waited)).finally(() => this.#held--);
          this.#lock = run.catch(() => undefined);
          return run;
        },
        post: (message: TabMessage) => {
          for (const other of this.tabs) if (other !== tab) queueMicrotask(() => other.keeper.hear(message));
        },
        now: () => this.time,
        sleep: () => new Promise((done) => setTimeout(done, 1)),
        setTimer: (work, ms) => {
          this.#timers.set(++this.#id, { at: this.time + ms, work });
          return this.#id;
        },
        clearTimer: (id) => void this.#timers.delete(id as number),
        random: () => 0.5,
      },
      {
        granted: (g) => events.push(`granted ${g.accessToken}`),
        signedOut: () => events.push('out'),
        unreachable: () => events.push('unreachable'),
      },
    );
    this.tabs.push(tab);
    return tab;
  }

  async pass(ms: number) {
    this.time += ms;
    for (const [id, timer] of [...this.#timers]) {
      if (timer.at > this.time) continue;
      this.#timers.delete(id);
      timer.work();
    }
    await new Promise((done) => setTimeout(done, 10));
  }
}

describe('TokenKeeper', () => {
  it('asks once for many requests', async () => {
    const browser = new Browser();
    const { keeper } = browser.open();
    const tokens = await Promise.all(Array.from({ length: 20 }, () => keeper.current()));
    expect(new Set(tokens)).toEqual(new Set(['t1']));
    expect(browser.refreshes).toBe(1);
  });

  it('refreshes once for all tabs and hands the token over', async () => {
    const browser = new Browser();
    const [a, b, c] = [browser.open(), browser.open(), browser.open()];
    const tokens = await Promise.all([a.keeper.current(), b.keeper.current(), c.keeper.current()]);
    expect(tokens).toEqual(['t1', 't1', 't1']);
    expect(browser.refreshes).toBe(1);
  });

  it('refreshes a minute before the end, in one of the tabs', async () => {
    const browser = new Browser();
    const a = browser.open();
    const b = browser.open();
    await a.keeper.current();
    await browser.pass(839_000);
    expect(browser.refreshes).toBe(1);
    await browser.pass(2_000);
    expect(browser.refreshes).toBe(2);
    expect([a.keeper.token, b.keeper.token]).toEqual(['t2', 't2']);
  });

  it('replaces a token that the server refused, but only once', async () => {
    const browser = new Browser();
    const { keeper } = browser.open();
    const first = await keeper.current();
    expect(await Promise.all([keeper.current(first), keeper.current(first)])).toEqual(['t2', 't2']);
    expect(await keeper.current(first)).toBe('t2');
    expect(browser.refreshes).toBe(2);
  });

  it('does not sign out when the server is away, and heals by itself', async () => {
    const browser = new Browser();
    const { keeper, events } = browser.open();
    await keeper.current();
    browser.answer = () => ({ kind: 'unreachable' });
    await browser.pass(900_000);
    await expect(keeper.current()).rejects.toBeInstanceOf(Unreachable);
    expect(events).not.toContain('out');
    browser.answer = () => browser.grant();
    await browser.pass(5_000);
    expect(events.at(-1)).toMatch(/^granted/);
  });

  it('waits as long as the server asks for', async () => {
    const browser = new Browser();
    const { keeper } = browser.open();
    browser.answer = () => ({ kind: 'unreachable', retryAfterMs: 20_000 });
    await expect(keeper.current()).rejects.toBeInstanceOf(Unreachable);
    await browser.pass(19_000);
    expect(browser.refreshes).toBe(1);
    await browser.pass(2_000);
    expect(browser.refreshes).toBe(2);
  });

  it('signs every tab out when the session is over', async () => {
    const browser = new Browser();
    const a = browser.open();
    const b = browser.open();
    await a.keeper.current();
    browser.answer = () => ({ kind: 'signed_out' });
    await expect(a.keeper.current('t1')).rejects.toBeInstanceOf(SignedOut);
    await browser.pass(0);
    expect([a.events.at(-1), b.events.at(-1)]).toEqual(['out', 'out']);
    expect([a.keeper.token, b.keeper.token]).toEqual([null, null]);
  });

  it('does not let a late answer bring a signed-out session back', async () => {
    const browser = new Browser();
    const { keeper, events } = browser.open();
    const late = keeper.current();
    keeper.forget(true);
    await expect(late).rejects.toBeInstanceOf(SignedOut);
    expect(keeper.token).toBeNull();
    expect(events).toEqual(['out']);
  });

  it('stops its timer after sign-out', async () => {
    const browser = new Browser();
    const { keeper } = browser.open();
    await keeper.current();
    keeper.forget(true);
    await browser.pass(3_600_000);
    expect(browser.refreshes).toBe(1);
  });
});
