/** A list that is loaded page by page. */
import { isAbort } from '../api/errors';
import type { ListMeta } from '../api/types';
import { toasts } from './toasts.svelte';

/** Rows to request: so many after `cursor`, or the first ones. */
export interface Turn {
  cursor?: string;
  limit: number;
}

/** Requests rows from the server. */
type Ask<Item, Filters> = (
  filters: Filters,
  turn: Turn,
  signal?: AbortSignal,
) => Promise<{ items: Item[]; meta: ListMeta }>;

/** Rows per page, and the most that the server returns at once. */
export const PAGE = 50;
const MOST = 100;
/** Notices come in bursts; one request a moment later is enough. */
const SOON_MS = 400;
const NOTHING: ListMeta = { total: 0, totalIsLowerBound: false, nextCursor: null };

/** Every row of a list, for what needs the whole of it. */
export async function every<Item extends { id: string }>(
  ask: (turn: Turn) => Promise<{ items: Item[]; meta: ListMeta }>,
): Promise<Item[]> {
  let { items, meta } = await ask({ limit: MOST });
  while (meta.nextCursor) {
    const next = await ask({ cursor: meta.nextCursor, limit: MOST });
    [items, meta] = [joined(items, next.items), next.meta];
  }
  return items;
}

/** Rows may move between two pages: each appears in the list once. */
function joined<Item extends { id: string }>(items: Item[], next: Item[]): Item[] {
  const known = new Set(items.map((item) => item.id));
  return [...items, ...next.filter((item) => !known.has(item.id))];
}

/** The loaded rows of a list under some filters. A later load cancels an earlier one. */
export class Paged<Item extends { id: string }, Filters> {
  filters: Filters;
  items = $state.raw<Item[]>([]);
  meta = $state.raw<ListMeta>(NOTHING);
  loading = $state(false);
  loadingMore = $state(false);
  loaded = $state(false);
  error = $state.raw<unknown>(null);

  /** The load whose rows are shown or pending; null if nothing may be shown. */
  protected look: AbortController | null = null;
  readonly #ask: Ask<Item, Filters>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(filters: Filters, ask: Ask<Item, Filters>) {
    this.filters = $state.raw(filters);
    this.#ask = ask;
  }

  /** Loads again, at least that many rows. True if this load succeeded and no later one cancelled it. */
  async load(filters: Filters = this.filters, atLeast = 0): Promise<boolean> {
    this.look?.abort();
    const look = (this.look = new AbortController());
    this.filters = filters;
    this.loading = true;
    this.loadingMore = false;
    this.error = null;
    try {
      const limit = atLeast > PAGE ? MOST : PAGE;
      let { items, meta } = await this.#ask(filters, { limit }, look.signal);
      while (items.length < atLeast && meta.nextCursor) {
        const next = await this.#ask(filters, { cursor: meta.nextCursor, limit }, look.signal);
        [items, meta] = [joined(items, next.items), next.meta];
      }
      if (look.signal.aborted) return false;
      this.items = items;
      this.meta = meta;
      this.loaded = true;
      return true;
    } catch (error) {
      if (!isAbort(error) && !look.signal.aborted) this.error = error;
      return false;
    } finally {
      if (this.look === look) this.loading = false;
    }
  }

  /** Reloads the same rows, however many pages that takes: after a moment, and once for a burst of calls. */
  again(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.load(this.filters, this.items.length);
    }, SOON_MS);
  }

  /** The next page. */
  async more(): Promise<void> {
    const { look } = this;
    const cursor = this.meta.nextCursor;
    if (!look || !cursor || this.loading || this.loadingMore) return;
    this.loadingMore = true;
    try {
      const { items, meta } = await this.#ask(this.filters, { cursor, limit: PAGE }, look.signal);
      if (look !== this.look) return;
      this.items = joined(this.items, items);
      this.meta = meta;
    } catch (error) {
      if (look === this.look && !isAbort(error)) toasts.fail(error);
    } finally {
      if (look === this.look) this.loadingMore = false;
    }
  }

  /** Someone else may use this tab, or nobody looks at the list any more: clears it and cancels loads. */
  reset(): void {
    this.look?.abort();
    this.look = null;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    Object.assign(this, { items: [], meta: NOTHING, error: null });
    Object.assign(this, { loading: false, loadingMore: false, loaded: false });
  }
}
