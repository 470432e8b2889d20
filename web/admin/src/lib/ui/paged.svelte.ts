/** A list that is loaded page by page. */
import { isAbort } from '../api/errors';
import type { ListMeta } from '../api/types';
import { toasts } from './toasts.svelte';

/** Rows to ask for: so many after `cursor`, or the first ones. */
export interface Turn {
  cursor?: string;
  limit: number;
}

/** How the server is asked for rows. */
type Ask<Item, Filters> = (
  filters: Filters,
  turn: Turn,
  signal?: AbortSignal,
) => Promise<{ items: Item[]; meta: ListMeta }>;

/** Rows in a page. */
export const PAGE = 50;
const NOTHING: ListMeta = { total: 0, totalIsLowerBound: false, nextCursor: null };

/** What is loaded of a list under some filters. A later look ends an earlier one, and each row stands there once. */
export class Paged<Item extends { id: string }, Filters> {
  filters: Filters;
  items = $state.raw<Item[]>([]);
  meta = $state.raw<ListMeta>(NOTHING);
  loading = $state(false);
  loadingMore = $state(false);
  loaded = $state(false);
  error = $state.raw<unknown>(null);

  /** The look whose rows are shown, or are on their way. */
  protected look: AbortController | null = null;
  readonly #ask: Ask<Item, Filters>;

  constructor(filters: Filters, ask: Ask<Item, Filters>) {
    this.filters = $state.raw(filters);
    this.#ask = ask;
  }

  /** Looks anew, for so many rows at least. True when this look was not ended by a later one, and was answered. */
  async load(filters: Filters = this.filters, atLeast = 0): Promise<boolean> {
    this.look?.abort();
    const look = (this.look = new AbortController());
    this.filters = filters;
    this.loading = true;
    this.error = null;
    try {
      let { items, meta } = await this.#ask(filters, { limit: PAGE }, look.signal);
      while (items.length < atLeast && meta.nextCursor) {
        const next = await this.#ask(filters, { cursor: meta.nextCursor, limit: PAGE }, look.signal);
        [items, meta] = [[...items, ...next.items], next.meta];
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

  /** The same rows as they are now, however many pages that takes. */
  again(): Promise<boolean> {
    return this.load(this.filters, this.items.length);
  }

  /** The next page. */
  async more(): Promise<void> {
    const cursor = this.meta.nextCursor;
    if (!cursor || this.loadingMore) return;
    const look = this.look;
    this.loadingMore = true;
    try {
      const { items, meta } = await this.#ask(this.filters, { cursor, limit: PAGE });
      if (look !== this.look) return;
      const known = new Set(this.items.map((item) => item.id));
      this.items = [...this.items, ...items.filter((item) => !known.has(item.id))];
      this.meta = meta;
    } catch (error) {
      toasts.fail(error);
    } finally {
      this.loadingMore = false;
    }
  }
}
