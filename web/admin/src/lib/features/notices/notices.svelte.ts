/** The own notices: how many wait, and the newest of them. */
import { api } from '../../api/client';
import type { Notification } from '../../api/types';
import type { Notice } from '../../live/live.svelte';
import { words } from '../../strings';
import { Paged } from '../../ui/paged.svelte';
import { toasts } from '../../ui/toasts.svelte';

const SOON_MS = 300;

class NoticesState extends Paged<Notification, null> {
  unread = $state(0);
  open = $state(false);
  /** Read out by screen readers. */
  said = $state('');

  #timer: ReturnType<typeof setTimeout> | undefined;
  #counted: Promise<void> = Promise.resolve();

  constructor() {
    super(null, (_, turn, signal) => api.notices.list(turn, signal));
  }

  /** Notices come in bursts; one look at the server a moment later is enough. */
  hear(notice: Notice | 'reconnected'): void {
    if (notice !== 'reconnected' && notice.kind !== 'notification') return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.count(true);
      if (this.open) void this.load();
    }, SOON_MS);
  }

  count(tell = false): Promise<void> {
    return (this.#counted = this.#count(tell));
  }

  async #count(tell: boolean): Promise<void> {
    const before = this.unread;
    this.unread = await api.notices.count().catch(() => before);
    if (tell && this.unread > before) this.said = words.notices.arrived(this.unread - before);
  }

  /** Shown as read at once; the server follows. */
  async read(which: { ids: string[] } | { entityId: string } | { upTo: string }): Promise<void> {
    const now = new Date().toISOString();
    const fits = (item: Notification) =>
      'ids' in which
        ? which.ids.includes(item.id)
        : 'entityId' in which
          ? item.entityId === which.entityId
          : item.id <= which.upTo;
    this.items = this.items.map((item) => (!item.readAt && fits(item) ? { ...item, readAt: now } : item));
    try {
      this.unread = await api.notices.read(which);
    } catch (error) {
      toasts.fail(error);
      void this.load();
    }
  }

  /** Who opens an entity has read what was said of it. */
  seen(entityId: string): void {
    void this.#counted.then(() => (this.unread ? this.read({ entityId }) : undefined));
  }

  override reset(): void {
    super.reset();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    Object.assign(this, { unread: 0, open: false, said: '' });
  }
}

export const notices = new NoticesState();
