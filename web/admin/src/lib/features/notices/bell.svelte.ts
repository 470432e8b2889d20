/** How many of the person's notices are unread. The panel loads the list itself. */
import type { Notice } from '../../live/live.svelte';
import { toasts } from '../../ui/toasts.svelte';
import { api } from './api';
import { frame } from './strings.frame';

const SOON_MS = 300;

export type Which = { ids: string[] } | { entityId: string } | { upTo: string };

class Bell {
  unread = $state(0);
  open = $state(false);
  /** Announced by screen readers. */
  said = $state('');
  /** Incremented when the list may be out of date. */
  news = $state(0);

  /** The list, once it is loaded: called so that it shows notices as read at once. */
  shown: ((which: Which) => void) | null = null;

  #timer: ReturnType<typeof setTimeout> | undefined;
  #counted: Promise<void> = Promise.resolve();

  /** Notices come in bursts; one request a moment later is enough. */
  hear(notice: Notice | 'reconnected'): void {
    if (notice !== 'reconnected' && notice.kind !== 'notification') return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.count(true);
      this.news++;
    }, SOON_MS);
  }

  count(tell = false): Promise<void> {
    return (this.#counted = this.#count(tell));
  }

  async #count(tell: boolean): Promise<void> {
    const before = this.unread;
    this.unread = await api.count().catch(() => before);
    if (tell && this.unread > before) this.said = frame.arrived(this.unread - before);
  }

  /** Shown as read at once; the server follows. */
  async read(which: Which): Promise<void> {
    this.shown?.(which);
    try {
      this.unread = await api.read(which);
    } catch (error) {
      toasts.fail(error);
      this.news++;
    }
  }

  seen(entityId: string): void {
    void this.#counted.then(() => (this.unread ? this.read({ entityId }) : undefined));
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    Object.assign(this, { unread: 0, open: false, said: '' });
  }
}

export const bell = new Bell();
