/** The list of chats: from the socket where it knows them all, from the server otherwise. */
import type { ServerFrame } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { live } from '../../live/live.svelte';
import { Paged } from '../../ui/paged.svelte';
import { api } from './api';
import { desk } from './desk.svelte';
import { isLive, parseFilters, stillFits, toQuery, type Filters } from './filters';
import type { ChatSession } from './types';

type Item = ChatSession & { id: string };

class ChatList extends Paged<Item, Filters> {
  constructor() {
    super(parseFilters(new URLSearchParams()), async (filters, turn, signal) => {
      const { items, meta } = await api.list({ ...toQuery(filters), ...turn }, signal);
      return { items: items.map((one) => ({ ...one, id: one.sessionId })), meta };
    });
    live.hear((frame) => this.#hear(frame));
    session.whenLeft(() => this.reset());
  }

  live = $derived(isLive(this.filters));
  ready = $derived(this.live ? desk.sessions.loaded : this.loaded);

  rows = $derived.by<ChatSession[]>(() => {
    const { view } = this.filters;
    if (this.live)
      return [...(view === 'mine' ? [] : desk.waiting), ...(view === 'waiting' ? [] : desk.mine)];
    return this.items.flatMap((item) => {
      const now = desk.sessions.all[item.id];
      if (!now || now.version <= item.version) return [item];
      return stillFits(now, this.filters, session.me?.id) ? [now] : [];
    });
  });

  /** Shows what these filters select. */
  show(filters: Filters): void {
    if (isLive(filters)) {
      this.reset();
      this.filters = filters;
    } else void this.load(filters);
  }

  at(id: string | undefined): number {
    return this.rows.findIndex(({ sessionId }) => sessionId === id);
  }

  /** Words are looked up again only when somebody asks. */
  #hear(frame: ServerFrame): void {
    if (this.live || !this.loaded || this.filters.q) return;
    if (frame.type === 'ready') this.again();
    else if (frame.type === 'session' && stillFits(frame, this.filters, session.me?.id))
      if (!this.items.some(({ id }) => id === frame.sessionId)) this.again();
  }
}

export const list = new ChatList();
