/** The list of the audit trail. */
import { api } from '../../api/client';
import { isAbort } from '../../api/errors';
import type { AuditChoices, AuditItem, ListMeta } from '../../api/types';
import { toasts } from '../../ui/toasts.svelte';
import { NONE, toQuery, type Filters } from './filters';

const PAGE = 50;

export class AuditState {
  filters = $state.raw<Filters>(NONE);
  items = $state.raw<AuditItem[]>([]);
  meta = $state.raw<ListMeta>({ total: 0, totalIsLowerBound: false, nextCursor: null });
  choices = $state.raw<AuditChoices | null>(null);
  loading = $state(false);
  loadingMore = $state(false);
  loaded = $state(false);
  error = $state.raw<unknown>(null);

  #abort: AbortController | null = null;

  async load(filters: Filters = this.filters): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    this.filters = filters;
    this.loading = true;
    this.error = null;
    try {
      const { items, meta } = await api.audit.list({ ...toQuery(filters), limit: PAGE }, abort.signal);
      if (abort.signal.aborted) return;
      this.items = items;
      this.meta = meta;
      this.loaded = true;
    } catch (error) {
      if (isAbort(error) || abort.signal.aborted) return;
      this.error = error;
    } finally {
      if (this.#abort === abort) this.loading = false;
    }
  }

  async more(): Promise<void> {
    const cursor = this.meta.nextCursor;
    if (!cursor || this.loadingMore) return;
    const abort = this.#abort;
    this.loadingMore = true;
    try {
      const { items, meta } = await api.audit.list({ ...toQuery(this.filters), cursor, limit: PAGE });
      if (abort !== this.#abort) return;
      this.items = [...this.items, ...items];
      this.meta = meta;
    } catch (error) {
      toasts.fail(error);
    } finally {
      this.loadingMore = false;
    }
  }

  /** The list works without them. */
  async loadChoices(): Promise<void> {
    this.choices = await api.audit.choices().catch(() => this.choices);
  }
}
