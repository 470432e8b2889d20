/** One ticking "now" for all relative times, and the zone and language they are shown in. */
import { session } from '../auth/session.svelte';

class Clock {
  now = $state(Date.now());
  zone = $derived(session.me?.timeZone ?? undefined);
  /** The language that dates are written in. */
  locale = $derived(session.me?.locale ?? undefined);

  constructor() {
    setInterval(() => (this.now = Date.now()), 20_000);
    document.addEventListener('visibilitychange', () => (this.now = Date.now()));
  }
}

export const clock = new Clock();
