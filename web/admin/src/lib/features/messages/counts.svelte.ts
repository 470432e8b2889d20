/** How many messages are waiting, for the navigation. */
import { session } from '../../auth/session.svelte';
import type { Notice } from '../../live/live.svelte';
import { api } from './api';
import type { MessageCounts } from './types';

/** Notices come in bursts; one request a moment later is enough. */
const SOON_MS = 400;

class Counts {
  now = $state.raw<MessageCounts | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;

  async load(): Promise<void> {
    if (!session.may('messages')) return;
    this.now = await api.counts().catch(() => this.now);
  }

  hear(notice: Notice | 'reconnected'): void {
    if (notice !== 'reconnected' && notice.entity !== 'message') return;
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.load();
    }, SOON_MS);
  }

  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.now = null;
  }
}

export const counts = new Counts();
