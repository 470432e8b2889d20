/** One ticking "now" for all relative times, and the time zone and language in which they are shown. */
import { session } from '../auth/session.svelte';

class Clock {
  now = $state(Date.now());
  zone = $derived(session.me?.timeZone ?? undefined);
  /** The language for formatting dates. */
  locale = $derived(session.me?.locale ?? undefined);

  constructor() {
    setInterval(() => (this.now = Date.now()), 20_000);
    document.addEventListener('visibilitychange', () => (this.now = Date.now()));
  }
}

export const clock = new Clock();
