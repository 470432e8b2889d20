/** The list of messages: what is loaded, selected and counted, and every change made to it. */
import type { Colleague } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { live, type Notice } from '../../live/live.svelte';
import { beyond, type Elsewhere } from '../../ui/elsewhere';
import { PAGE, Paged } from '../../ui/paged.svelte';
import { toasts } from '../../ui/toasts.svelte';
import { helpers } from '../../writing/helpers.svelte';
import { api } from './api';
import { counts } from './counts.svelte';
import { widest } from './elsewhere';
import { parseFilters, stillFits, toQuery, type Filters } from './filters';
import { own as text } from './strings';
import { frame } from './strings.frame';
import type {
  BulkChange,
  MessageCounts,
  MessageDetail,
  MessageStatus,
  MessageSummary,
  SavedFilter,
  ServiceRef,
  TagColour,
  TagCount,
} from './types';

class MessagesState extends Paged<MessageSummary, Filters> {
  selected = $state<string[]>([]);
  /** Ids of messages that arrived or were replied to by their clients since, waiting behind the pill. */
  waiting = $state<string[]>([]);
  /** Ids that someone else moved out of this view; they stay in place, dimmed. */
  gone = $state<string[]>([]);
  /** What the search finds in other views. */
  elsewhere = $state.raw<Elsewhere<MessageStatus> | null>(null);
  /** All messages that match are being gathered for the selection. */
  gathering = $state(false);
  tags = $state.raw<TagCount[]>([]);
  /** One's own filters and those of everyone. */
  saved = $state.raw<SavedFilter[]>([]);

  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Incremented by every load and every local change, so that an older response cannot undo a newer one. */
  #turn = 0;
  /** Changes on their way: what the server tells meanwhile may be from before them. */
  #changing = 0;
  /** A notice came during the load: the response may be older than it. */
  #missed = false;

  fresh = $derived(counts.now !== null && Object.values(counts.now).every((n) => n === 0));

  constructor() {
    super(parseFilters(new URLSearchParams()), (filters, turn, signal) =>
      api.list({ ...toQuery(filters), ...turn }, signal),
    );
    live.listen((notice) => this.hear(notice));
    session.whenLeft(() => this.reset());
  }

  override async load(filters: Filters = this.filters, atLeast = 0): Promise<boolean> {
    this.#turn++;
    this.selected = [];
    if (filters.q !== this.filters.q) this.elsewhere = null;
    if (!(await super.load(filters, atLeast))) return false;
    this.waiting = [];
    this.gone = [];
    this.#turn++;
    void this.#lookElsewhere(filters);
    if (this.#missed) this.#soon();
    this.#missed = false;
    return true;
  }

  /** Looks where else the words of a search are. */
  async #lookElsewhere(filters: Filters): Promise<void> {
    const { look } = this;
    const wide = widest(filters);
    const found = wide && (await api.list({ ...toQuery(wide), limit: PAGE }, look?.signal).catch(() => null));
    if (look !== this.look) return;
    const here = { ids: this.items.map(idOf), total: this.meta.total };
    const { total, totalIsLowerBound: more } = found ? found.meta : this.meta;
    this.elsewhere = found && beyond(here, { items: found.items, total, more }, ({ status }) => status);
  }

  /** Selects all messages under the filters, also those that are not loaded, up to a thousand. */
  async selectAll(): Promise<void> {
    const { look, filters } = this;
    this.gathering = true;
    try {
      const ids = new Set(this.items.map(idOf));
      let cursor = this.meta.nextCursor;
      while (cursor && ids.size < MOST_SELECTED) {
        const page = await api.list({ ...toQuery(filters), limit: 100, cursor }, look?.signal);
        if (look !== this.look) return;
        for (const { id } of page.items) ids.add(id);
        cursor = page.meta.nextCursor;
      }
      this.selected = [...ids].slice(0, MOST_SELECTED);
    } catch (error) {
      if (look === this.look) toasts.fail(error);
    } finally {
      this.gathering = false;
    }
  }

  /** The small lists that pickers need; each may fail without harm. */
  async loadHelpers(): Promise<void> {
    const [tags, saved] = await Promise.all([
      api.tags().catch(() => this.tags),
      api.saved.list().catch(() => this.saved),
      helpers.load(),
    ]);
    Object.assign(this, { tags, saved });
  }

  colourOf(tag: string): TagColour | null {
    return this.tags.find((one) => one.tag === tag)?.colour ?? null;
  }

  get services(): ServiceRef[] {
    return helpers.services;
  }
  get colleagues(): Colleague[] {
    return helpers.colleagues;
  }
  pictureOf(person: string): string | null {
    return helpers.pictureOf(person);
  }

  /** Notices come in bursts; one request a moment later is enough. */
  hear(notice: Notice | 'reconnected'): void {
    if (notice === 'reconnected' || notice.entity === 'message') this.#soon();
    else if (notice.entity === 'messages' && this.loaded) void this.loadHelpers();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.#refreshList();
    }, 400);
  }

  /** Updates the shown rows in place: rows change, none move; new ones wait behind the pill. */
  async refresh(): Promise<void> {
    void counts.load();
    await this.#refreshList();
  }

  async #refreshList(): Promise<void> {
    this.#missed ||= this.loading;
    if (!this.loaded || this.loading || this.#changing) return;
    const turn = ++this.#turn;
    const limit = Math.min(100, Math.max(PAGE, this.items.length));
    const answer = await api.list({ ...toQuery(this.filters), limit }).catch(() => null);
    if (!answer || turn !== this.#turn) return;
    const fresh = new Map(answer.items.map((item) => [item.id, item]));
    const risen = this.items.filter((item, at) => at > 0 && hasRisen(item, fresh.get(item.id)));
    this.items = this.items.map((item) => fresh.get(item.id) ?? item);
    const shown = new Set(this.items.map((item) => item.id));
    const complete = answer.meta.nextCursor === null || this.items.length <= answer.items.length;
    this.gone = complete
      ? this.items
          .slice(0, limit)
          .filter((item) => !fresh.has(item.id))
          .map((item) => item.id)
      : [];
    this.meta = { ...this.meta, total: answer.meta.total, totalIsLowerBound: answer.meta.totalIsLowerBound };
    const news = answer.items.filter((item) => !shown.has(item.id));
    if (this.items.length === 0) this.items = news;
    else if (this.filters.sort === 'activity' || this.filters.sort === 'newest')
      this.waiting = [...new Set([...this.waiting, ...risen.map(idOf), ...news.map(idOf)])].filter((id) =>
        fresh.has(id),
      );
    else this.waiting = [];
  }

  /** Saves the list's state, to undo a change without losing one's place. */
  checkpoint(): () => void {
    const { look, items, meta } = this;
    return () => {
      if (look !== this.look) return;
      this.#turn++;
      this.items = items;
      this.meta = meta;
    };
  }

  override reset(): void {
    super.reset();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#turn++;
    this.#missed = false;
    Object.assign(this, { selected: [], waiting: [], gone: [], elsewhere: null });
    Object.assign(this, { tags: [], saved: [] });
  }

  at(id: string | undefined): number {
    return this.items.findIndex((item) => item.id === id);
  }

  /** A message changed here: its row is updated, or removed if it no longer belongs. */
  absorb(detail: MessageDetail): void {
    this.#turn++;
    this.#soon();
    if (this.at(detail.id) < 0) return;
    if (stillFits(detail, this.filters, session.me?.id)) this.#amend(detail.id, summaryOf(detail));
    else this.remove([detail.id]);
  }

  opened(id: string): void {
    if (this.items[this.at(id)]?.unread) this.#amend(id, { unread: false });
  }

  /** Marks messages as read or unread, for oneself alone. */
  async mark(ids: string[], read: boolean): Promise<void> {
    const restore = this.checkpoint();
    this.#turn++;
    this.items = this.items.map((item) => (ids.includes(item.id) ? { ...item, unread: !read } : item));
    this.selected = [];
    try {
      for (let done = 0; done < ids.length; done += 100) await api.mark(ids.slice(done, done + 100), read);
      toasts.say(text.changed(ids.length, read ? text.markedRead : text.markedUnread));
    } catch (error) {
      restore();
      toasts.fail(error);
    }
    this.#soon();
  }

  async markAll(): Promise<void> {
    try {
      await api.markAll();
      toasts.say(text.allRead);
    } catch (error) {
      toasts.fail(error);
    }
    this.#soon();
  }

  #amend(id: string, change: Partial<MessageSummary>): void {
    this.items = this.items.map((item) => (item.id === id ? { ...item, ...change } : item));
  }

  remove(ids: string[]): void {
    const before = this.items.length;
    this.items = this.items.filter((item) => !ids.includes(item.id));
    this.selected = this.selected.filter((id) => !ids.includes(id));
    this.meta = { ...this.meta, total: Math.max(0, this.meta.total - (before - this.items.length)) };
  }

  toggle(id: string, upTo?: string): void {
    const [from, to] = [this.at(upTo), this.at(id)];
    if (upTo && from >= 0 && to >= 0) {
      const range = this.items.slice(Math.min(from, to), Math.max(from, to) + 1).map((item) => item.id);
      this.selected = [...new Set([...this.selected, ...range])];
    } else {
      this.selected = this.selected.includes(id)
        ? this.selected.filter((other) => other !== id)
        : [...this.selected, id];
    }
  }

  setStatus(ids: string[], status: MessageStatus): Promise<void> {
    return this.#bulk({ ids, status }, text.moved(frame.status[status]), (item) => ({ ...item, status }));
  }

  snooze(ids: string[], day: string | null): Promise<void> {
    return this.#bulk({ ids, snoozedUntil: day }, text.later.snoozed(day), (item) => ({
      ...item,
      snoozedUntil: day,
      status: day && !['new', 'in_progress'].includes(item.status) ? 'in_progress' : item.status,
    }));
  }

  assign(ids: string[], person: { id: string; name: string } | null): Promise<void> {
    const what = person ? text.given(person.id === session.me?.id ? 'you' : person.name) : text.ungiven;
    return this.#bulk({ ids, assignedTo: person?.id ?? null }, what, (item) => ({
      ...item,
      assignedTo: person,
    }));
  }

  addTag(ids: string[], tag: string): Promise<void> {
    return this.#bulk({ ids, addTags: [tag] }, text.tagged(tag), (item) => ({
      ...item,
      tags: item.tags.includes(tag) ? item.tags : [...item.tags, tag],
    }));
  }

  /** Deletes messages, in batches of hundreds; they can be brought back for half a minute. True if all are gone. */
  async delete(ids: string[]): Promise<boolean> {
    const undoIds: string[] = [];
    let done = 0;
    this.#changing++;
    try {
      for (; done < ids.length; done += 100) {
        const some = ids.slice(done, done + 100);
        const { undoId } = await api.remove(some);
        if (undoId) undoIds.unshift(undoId);
        this.#turn++;
        this.remove(some);
      }
    } catch (error) {
      toasts.fail(error);
    } finally {
      this.#changing--;
      this.#soon();
    }
    const gone = Math.min(done, ids.length);
    if (gone)
      toasts.undoable(
        text.changed(gone, text.deleted),
        undoIds,
        () => void this.load(),
        text.undoPartly,
        UNDO_DELETE,
      );
    void counts.load();
    return gone === ids.length;
  }

  /** Applied at once, sent in batches of hundreds, rolled back if the server rejects it. */
  async #bulk(
    change: BulkChange,
    what: string,
    apply: (item: MessageSummary) => MessageSummary,
  ): Promise<void> {
    const ids = change.ids;
    const restore = this.checkpoint();
    const { look, selected } = this;
    this.#turn++;
    const changed = this.items.map((item) => (ids.includes(item.id) ? apply(item) : item));
    const leaving = changed.filter(
      (item) => ids.includes(item.id) && !stillFits(item, this.filters, session.me?.id),
    );
    this.items = changed;
    this.remove(leaving.map((item) => item.id));
    if (!change.addTags) this.selected = [];
    let done = 0;
    this.#changing++;
    try {
      const undoIds: string[] = [];
      for (; done < ids.length; done += 100) {
        const { undoId } = await api.bulk({ ...change, ids: ids.slice(done, done + 100) });
        if (undoId) undoIds.unshift(undoId);
      }
      const again = () => {
        restore();
        void this.refresh();
      };
      // A pending response dates from before the change, or from the middle of it.
      this.#turn++;
      toasts.undoable(text.changed(ids.length, what), undoIds, again, text.undoPartly);
    } catch (error) {
      restore();
      // What failed stays selected for another attempt; what succeeded before it appears with the next load.
      if (look === this.look)
        this.selected = [
          ...new Set([...this.selected, ...selected.filter((id) => !ids.slice(0, done).includes(id))]),
        ];
      toasts.fail(error);
    } finally {
      this.#changing--;
      this.#soon();
    }
    void counts.load();
  }
}

/** Of more, nobody knows what they change. */
export const MOST_SELECTED = 1_000;

/** How long the server can bring deleted messages back, in milliseconds. */
const UNDO_DELETE = 30_000;

const idOf = ({ id }: MessageSummary) => id;

/** Whether the client has written into it since it was shown. */
const hasRisen = (shown: MessageSummary, now?: MessageSummary) =>
  now?.lastLine.kind === 'client' && now.lastLine.createdAt > shown.lastLine.createdAt;

/** What its row shows, but for what a search found in it. */
function summaryOf(detail: MessageDetail): Omit<MessageSummary, 'found'> {
  const { id, name, email, company, service, serviceName, excerpt, status, assignedTo, tags } = detail;
  const { createdAt, lastActivityAt, replyCount, clientRepliedAt, unread, doubtful } = detail;
  const { lastLine, waitingSince, undelivered, snoozedUntil, followUpOn } = detail;
  return {
    ...{ id, name, email, company, service, serviceName, excerpt, status, assignedTo, tags },
    ...{ createdAt, lastActivityAt, replyCount, clientRepliedAt, unread, doubtful },
    ...{ lastLine, waitingSince, undelivered, snoozedUntil, followUpOn },
  };
}

export const messages = new MessagesState();
