/** The list of chats: from the socket where it knows them all, from the server otherwise. */
import type { ServerFrame } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { live } from '../../live/live.svelte';
import { beyond, type Elsewhere } from '../../ui/elsewhere';
import { PAGE, Paged, type Turn } from '../../ui/paged.svelte';
import { api } from './api';
import { withPresence } from './desk';
import { desk } from './desk.svelte';
import { viewOf, widest } from './elsewhere';
import { isLive, parseFilters, stillFits, toQuery, type Filters } from './filters';
import type { ChatSession } from './types';
import type { View } from './views';

type Item = ChatSession & { id: string };

async function ask(filters: Filters, turn: Turn, signal?: AbortSignal) {
  const { items, meta } = await api.list({ ...toQuery(filters), ...turn }, signal);
  return { items: items.map((one): Item => ({ ...one, id: one.sessionId })), meta };
}

class ChatList extends Paged<Item, Filters> {
  /** What the search finds in other views. */
  elsewhere = $state.raw<Elsewhere<View> | null>(null);

  constructor() {
    super(parseFilters(new URLSearchParams()), ask);
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

  override async load(filters: Filters = this.filters, atLeast = 0): Promise<boolean> {
    if (filters.q !== this.filters.q) this.elsewhere = null;
    if (!(await super.load(filters, atLeast))) return false;
    void this.#lookElsewhere(filters);
    return true;
  }

  /** Looks where else the words of a search are. */
  async #lookElsewhere(filters: Filters): Promise<void> {
    const { look } = this;
    const wide = widest(filters);
    const found = wide && (await ask(wide, { limit: PAGE }, look?.signal).catch(() => null));
    if (look !== this.look) return;
    // Spam is in no other view.
    const items = filters.view === 'spam' ? [] : this.items;
    const here = { ids: items.map(({ id }) => id), total: items.length && this.meta.total };
    const { total, totalIsLowerBound: more } = found ? found.meta : this.meta;
    this.elsewhere =
      found && beyond(here, { items: found.items, total, more }, (one) => viewOf(one, session.me?.id));
  }

  override reset(): void {
    super.reset();
    this.elsewhere = null;
  }

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
    if (frame.type === 'presence')
      this.items = this.items.map((one) => (one.id === frame.sessionId ? withPresence(one, frame) : one));
    if (this.live || !this.loaded || this.filters.q) return;
    if (frame.type === 'ready') this.again();
    else if (frame.type === 'session' && stillFits(frame, this.filters, session.me?.id))
      if (!this.items.some(({ id }) => id === frame.sessionId)) this.again();
  }
}

export const list = new ChatList();
