/** The person's newest notices. */
import type { Notification } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { Paged } from '../../ui/paged.svelte';
import { api } from './api';
import { bell, type Which } from './bell.svelte';

class NoticesState extends Paged<Notification, null> {
  constructor() {
    super(null, (_, turn, signal) => api.list(turn, signal));
    bell.shown = (which) => this.#mark(which);
    session.whenLeft(() => this.reset());
  }

  #mark(which: Which): void {
    const now = new Date().toISOString();
    const fits = (item: Notification) =>
      'ids' in which
        ? which.ids.includes(item.id)
        : 'entityId' in which
          ? item.entityId === which.entityId
          : item.id <= which.upTo;
    this.items = this.items.map((item) => (!item.readAt && fits(item) ? { ...item, readAt: now } : item));
  }
}

export const notices = new NoticesState();
