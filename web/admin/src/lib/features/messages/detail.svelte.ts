/** One open message: loading it, changing it optimistically, and resolving conflicts. */
import { ApiError, isAbort } from '../../api/errors';
import type { StaffRef } from '../../api/types';
import { session } from '../../auth/session.svelte';
import type { Notice } from '../../live/live.svelte';
import { words } from '../../strings';
import { toasts } from '../../ui/toasts.svelte';
import { returnDraft } from '../../writing/drafts.svelte';
import { seen } from '../notices';
import { api as floor } from '../../api/client';
import { api } from './api';
import { counts } from './counts.svelte';
import { files } from './files';
import { messages } from './state.svelte';
import { own as text } from './strings';
import { frame } from './strings.frame';
import type { Change, MessageDetail, MessageStatus, ThreadItem } from './types';

export class DetailState {
  detail = $state.raw<MessageDetail | null>(null);
  error = $state.raw<unknown>(null);
  /** Somebody has deleted it since it was loaded. */
  deleted = $state(false);
  #etag: string | null = null;
  /** Ends when the change before has its response: the next one builds on it, and is no conflict with it. */
  #before: Promise<unknown> = Promise.resolve();
  #abort: AbortController | null = null;
  #loading: Promise<void> = Promise.resolve();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly id: string) {}

  /** Ends when the newest load does: whoever waits for this one sees what that one brings. */
  load(): Promise<void> {
    this.#abort?.abort();
    return (this.#loading = this.#load((this.#abort = new AbortController())));
  }

  async #load(abort: AbortController): Promise<void> {
    try {
      const { detail, etag } = await api.get(this.id, abort.signal);
      if (abort.signal.aborted) return this.#later(abort);
      this.#take(detail, etag);
      this.error = null;
      this.deleted = false;
      messages.opened(this.id);
      seen(this.id);
    } catch (error) {
      if (isAbort(error) || abort.signal.aborted) return this.#later(abort);
      // What somebody was reading, or writing a reply to, stays where it is.
      this.deleted = error instanceof ApiError && error.status === 404;
      if (!this.detail) this.error = error;
    }
  }

  /** A later load, if that is what has cancelled this one. */
  async #later(abort: AbortController): Promise<void> {
    if (this.#abort !== abort) await this.#loading;
  }

  leave(): void {
    this.#abort?.abort();
    clearTimeout(this.#timer);
  }

  hear(notice: Notice | 'reconnected'): void {
    // Without an id, many messages changed at once.
    const many = notice !== 'reconnected' && notice.entity === 'message' && !notice.id;
    if (notice !== 'reconnected' && notice.id !== this.id && !many) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), 300);
  }

  setStatus(status: MessageStatus): Promise<void> {
    return this.#change({ status }, { status }, text.moved(frame.status[status]));
  }

  /** Somebody looked: it is a message like others. */
  vouch(): Promise<void> {
    const change = { doubtful: false, ...(this.detail?.status === 'spam' && { status: 'new' as const }) };
    return this.#change(change, change, text.doubt.vouched);
  }

  /** Blocks the sender or takes the block off. */
  async block(on: boolean): Promise<void> {
    try {
      const moves = this.detail?.status !== 'spam';
      const detail = await (on ? api.block(this.id) : api.unblock(this.id));
      this.#take(detail, null);
      messages.absorb(detail);
      const again = () => {
        void this.load();
        void messages.refresh();
      };
      if (on) {
        const said = moves ? text.doubt.nowBlockedMoved : text.doubt.nowBlocked;
        toasts.undoable(said, detail.undoId, again, text.undoPartly);
      } else toasts.say(text.doubt.nowUnblocked);
    } catch (error) {
      toasts.fail(error);
    }
    void counts.load();
  }

  /** Brings it back on a day, or now. */
  snooze(day: string | null): Promise<void> {
    const opened = day && this.detail && !['new', 'in_progress'].includes(this.detail.status);
    const local = { snoozedUntil: day, ...(opened && { status: 'in_progress' as const }) };
    return this.#change(local, { snoozedUntil: day }, text.later.snoozed(day));
  }

  followUp(day: string | null): Promise<void> {
    return this.#change({ followUpOn: day }, { followUpOn: day }, text.later.followedUp(day));
  }

  assign(person: StaffRef | null): Promise<void> {
    const what = person ? text.given(person.id === session.me?.id ? 'you' : person.name) : text.ungiven;
    return this.#change({ assignedTo: person }, { assignedTo: person?.id ?? null }, what);
  }

  async setTags(tags: string[]): Promise<void> {
    const before = this.detail;
    if (!before) return;
    this.detail = { ...before, tags };
    try {
      const detail = await api.setTags(this.id, tags);
      this.#take(detail, null);
      messages.absorb(detail);
      toasts.undoable(
        words.saved,
        detail.undoId,
        () => {
          void this.load();
          void messages.refresh();
        },
        text.undoPartly,
      );
      messages.tags = await api.tags().catch(() => messages.tags);
    } catch (error) {
      this.detail = before;
      toasts.fail(error);
    }
  }

  async retryMail(): Promise<void> {
    try {
      await api.retryMail(this.id);
      toasts.say(text.mail.resent);
      await this.load();
    } catch (error) {
      toasts.fail(error);
    }
  }

  /** Takes back a reply that has not been sent yet. Its text and files are a draft again. */
  async undoReply({ id, content, files: sent }: ThreadItem): Promise<void> {
    try {
      const { restored } = await floor.undo(id);
      const chosen = sent.map((file) => ({ ...file, key: file.fileId }));
      if (restored) returnDraft(session.me?.id ?? '', this.id, { text: content, files: chosen });
      toasts.say(restored ? words.undone : text.composer.tooLate());
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) toasts.say(text.composer.tooLate());
      else toasts.fail(error);
    }
    await this.load();
    void messages.refresh();
  }

  async removeNote(noteId: string): Promise<void> {
    const before = this.detail;
    if (!before) return;
    this.detail = { ...before, thread: before.thread.filter((item) => item.id !== noteId) };
    try {
      await api.removeNote(this.id, noteId);
      toasts.say(text.noteRemoved);
      await this.load();
    } catch (error) {
      this.detail = before;
      toasts.fail(error);
    }
  }

  async #change(local: Partial<MessageDetail>, body: Change, what: string): Promise<void> {
    const before = this.detail;
    if (!before) return;
    const restore = messages.checkpoint();
    this.detail = { ...before, ...local };
    const sent = this.#before.then(() => api.change(this.id, body, this.#etag));
    this.#before = sent.catch(() => undefined);
    try {
      const { detail, etag } = await sent;
      // A pending load is older than this.
      this.#abort?.abort();
      this.#take(detail, etag);
      messages.absorb(detail);
      toasts.undoable(
        text.changed(1, what),
        detail.undoId,
        () => {
          restore();
          void this.load();
          void messages.refresh();
        },
        text.undoPartly,
      );
    } catch (error) {
      this.detail = before;
      if (error instanceof ApiError && (error.status === 412 || error.status === 409)) {
        toasts.say(text.stale, { tone: 'danger' });
        await this.load();
      } else {
        toasts.fail(error);
      }
    }
    void counts.load();
  }

  #take(detail: MessageDetail, etag: string | null): void {
    this.detail = detail;
    this.#etag = etag;
    files.limits = detail.fileLimits;
  }
}
