/** One open session: its lines as they come, what is written into it, and every change made to it. */
import type { FileMeta } from '@tekvwarho/site/files';
import { ApiError, isAbort } from '../../api/errors';
import type { Tagged } from '../../api/http';
import type { ServerFrame } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { live } from '../../live/live.svelte';
import { download } from '../../ui/download';
import { toasts } from '../../ui/toasts.svelte';
import { seen } from '../notices';
import { api } from './api';
import { claim } from './claim';
import { withPresence } from './desk';
import { desk } from './desk.svelte';
import { outbox } from './outbox.svelte';
import { own as text } from './strings';
import * as talk from './talk';
import type { ChatDetail } from './types';

/** A line may come a moment after what tells of it. */
const GAP_MS = 600;
/** The server ends it after 6 seconds; its frame may be late. */
const TYPING_MS = 7_000;
const TYPING_AGAIN_MS = 3_000;
const SOON_MS = 300;

export class ChatState {
  #loaded = $state.raw<ChatDetail | null>(null);
  error = $state.raw<unknown>(null);
  /** Somebody has deleted it since it was loaded. */
  deleted = $state(false);
  talk = $state.raw<talk.Talk>(talk.EMPTY);
  /** Earlier lines are on their way. */
  loadingEarlier = $state(false);
  visitorTypes = $state(false);
  /** Colleagues who write to the visitor, by their id. */
  #typing = $state<Record<string, string>>({});
  claiming = $state(false);

  /** As it stands now: the socket knows more of the session than the last response. */
  detail = $derived.by<ChatDetail | null>(() => {
    const now = desk.sessions.all[this.id];
    return this.#loaded && now && now.version > this.#loaded.version
      ? { ...this.#loaded, ...now }
      : this.#loaded;
  });
  entries = $derived(talk.entries(this.talk));
  hasEarlier = $derived(talk.hasEarlier(this.talk));
  isMine = $derived(this.detail?.status === 'active' && this.detail.staffId === session.me?.id);
  /** A session that a colleague has is theirs to transfer and close. */
  canAct = $derived(this.isMine || this.detail?.status === 'waiting');
  /** What this person has seen, the firm has: while it is theirs, and once it is nobody's. */
  isRead = $derived(this.isMine || this.detail?.status === 'closed');
  /** Names of colleagues who write to the visitor. */
  colleaguesTyping = $derived(Object.values(this.#typing));

  #abort: AbortController | null = null;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #typed = 0;
  #readUpTo = 0;

  #deaf: () => void;

  constructor(readonly id: string) {
    this.#deaf = outbox.hear((sessionId, clientId, news) => {
      if (sessionId !== id) return;
      this.talk =
        'files' in news
          ? talk.filed(this.talk, clientId, news.files)
          : talk.refused(this.talk, clientId, news.refused);
    });
    const now = Date.now();
    const outgoing = outbox
      .of(id)
      .map((one) => (outbox.isStale(one, now) ? { ...one, refused: text.lines.stale } : one));
    this.talk = { ...talk.EMPTY, outgoing };
  }

  async load(): Promise<void> {
    this.#abort?.abort();
    const abort = (this.#abort = new AbortController());
    try {
      const first = this.talk.from === null;
      const [{ detail }, lines] = await Promise.all([
        api.get(this.id, abort.signal),
        first ? api.lines(this.id, undefined, abort.signal) : [],
      ]);
      if (abort.signal.aborted) return;
      this.#take(detail);
      if (first) {
        this.talk = talk.loaded(this.talk, lines);
        this.#follow();
      }
      this.error = null;
      this.deleted = false;
      seen(this.id);
    } catch (error) {
      if (isAbort(error) || abort.signal.aborted) return;
      this.deleted = error instanceof ApiError && error.status === 404;
      if (!this.#loaded) this.error = error;
    }
  }

  leave(): void {
    this.#deaf();
    this.#abort?.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    this.type(false);
    live.send({ type: 'leave', sessionId: this.id });
  }

  hear(frame: ServerFrame): void {
    if (frame.type === 'ready') {
      this.#readUpTo = 0;
      this.#follow();
      return void this.load();
    }
    if (!('sessionId' in frame) || frame.sessionId !== this.id) return;
    if (frame.type === 'typing') return this.#hearTyping(frame);
    if (frame.type === 'presence') return this.#hearPresence(frame);
    if (frame.type === 'session' && this.#differs(frame))
      this.#after('load', SOON_MS, () => void this.load());
    if (frame.type === 'message' && frame.from === 'visitor') this.visitorTypes = false;
    this.talk = talk.hear(this.talk, frame);
    this.#look();
  }

  /** The desk forgets sessions that are over: this one is still shown. */
  #hearPresence(frame: Extract<ServerFrame, { type: 'presence' }>): void {
    if (this.#loaded) this.#loaded = withPresence(this.#loaded, frame);
    if (frame.visitor === 'offline') this.visitorTypes = false;
  }

  /** Whether more has changed than its lines: what stands beside them has to be loaded again. */
  #differs(frame: Extract<ServerFrame, { type: 'session' }>): boolean {
    const known = this.#loaded;
    if (!known || frame.version <= known.version) return false;
    const shown = ({ status, staffId, visitorName, visitorEmail, isSpam, tags }: typeof frame | ChatDetail) =>
      JSON.stringify([status, staffId, visitorName, visitorEmail, isSpam, tags]);
    return shown(frame) !== shown(known);
  }

  /** Asks for all that comes after what is here. */
  #follow(): void {
    if (this.talk.from === null) return;
    const [lastSeq, lastNoteSeq] = [talk.end(this.talk), talk.noteEnd(this.talk)];
    live.send({ type: 'open', sessionId: this.id, lastSeq, lastNoteSeq });
  }

  /** A gap that does not close by itself is filled from what is stored. */
  #look(): void {
    if (!talk.hasGap(this.talk)) this.#stop('gap');
    else if (!this.#timers.has('gap'))
      this.#after('gap', GAP_MS, () => {
        this.#follow();
        this.#look();
      });
  }

  #hearTyping({ from, staffId, staffName, on }: Extract<ServerFrame, { type: 'typing' }>): void {
    const id = staffId ?? '';
    if (from === 'staff' && id === session.me?.id) return;
    const set = (now: boolean) => {
      if (from === 'visitor') this.visitorTypes = now;
      else if (now) this.#typing[id] = staffName ?? '';
      else delete this.#typing[id];
    };
    set(on);
    this.#stop(`typing ${id}`);
    if (on) this.#after(`typing ${id}`, TYPING_MS, () => set(false));
  }

  #after(name: string, ms: number, act: () => void): void {
    if (this.#timers.has(name)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(name);
      act();
    }, ms);
    this.#timers.set(name, timer);
  }

  #stop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  async loadEarlier(): Promise<void> {
    if (this.loadingEarlier || !this.hasEarlier) return;
    this.loadingEarlier = true;
    try {
      const lines = await api.lines(this.id, this.talk.from ?? undefined);
      this.talk = talk.loaded(this.talk, lines);
    } catch (error) {
      toasts.fail(error);
    } finally {
      this.loadingEarlier = false;
    }
  }

  /** The person has seen the newest line. */
  look(): void {
    const last = talk.end(this.talk);
    if (!this.isRead || last <= Math.max(this.talk.read.staff, this.#readUpTo)) return;
    if (live.send({ type: 'read', sessionId: this.id, seq: last })) this.#readUpTo = last;
  }

  /** Tells the visitor that somebody writes, now and then while it goes on. */
  type(on: boolean): void {
    const now = Date.now();
    if (on ? !this.isMine || now - this.#typed < TYPING_AGAIN_MS : !this.#typed) return;
    this.#typed = on ? now : 0;
    live.send({ type: 'typing', sessionId: this.id, on });
  }

  send(mode: talk.Outgoing['mode'], content: string, files: FileMeta[] = []): void {
    const at = new Date().toISOString();
    const one = { clientId: crypto.randomUUID(), mode, content, at, ...(files.length && { files }) };
    this.talk = talk.write(this.talk, one);
    outbox.add(this.id, one);
  }

  sendAgain(clientId: string): void {
    this.talk = talk.again(this.talk, clientId);
    outbox.again(clientId);
  }

  /** With `keep`, its files are needed elsewhere. */
  discard(clientId: string, keep = false): void {
    this.talk = talk.discard(this.talk, clientId);
    outbox.drop(clientId, keep);
  }

  async claim(): Promise<void> {
    if (this.claiming || this.detail?.status !== 'waiting') return;
    this.claiming = true;
    const result = await claim(this.id);
    if (result === 'unsent') toasts.say(text.noConnection, { tone: 'danger' });
    if (result === 'lost') {
      await this.load();
      toasts.say(text.faster(this.detail?.staffName ?? null), { tone: 'danger' });
    }
    this.claiming = false;
  }

  takeOver(): Promise<void> {
    const me = session.me?.id ?? '';
    return this.#change(api.assign(this.id, me), text.done.taken);
  }

  release(): Promise<void> {
    return this.#change(api.release(this.id), text.done.released);
  }

  async transfer(to: { id: string; name: string }, note: string): Promise<void> {
    await this.#change(api.transfer(this.id, to.id, note.trim() || undefined), text.done.given(to.name));
  }

  close(): Promise<void> {
    return this.#change(api.close(this.id), text.done.closed, () => void this.reopen());
  }

  reopen(): Promise<void> {
    return this.#change(api.reopen(this.id), text.done.reopened);
  }

  setTags(tags: string[]): Promise<void> {
    return this.#change(api.setTags(this.id, tags));
  }

  spam(on: boolean): Promise<void> {
    const said = on ? text.done.spam : text.done.noSpam;
    return this.#change(api.spam(this.id, on), said, on ? () => void this.spam(false) : undefined);
  }

  /** True if it is deleted. */
  async delete(): Promise<boolean> {
    try {
      await api.delete(this.id);
      toasts.say(text.done.deleted);
      return true;
    } catch (error) {
      toasts.fail(error);
      return false;
    }
  }

  /** `address`: and everybody else at the network address of the visitor. */
  block(minutes: number, address = false): Promise<void> {
    return this.#change(
      api.block(this.id, minutes, address),
      minutes ? text.done.blocked : text.done.unblocked,
    );
  }

  /** Returns the id of the message. */
  async toMessage(): Promise<string | null> {
    try {
      const { messageId } = await api.toMessage(this.id);
      toasts.say(text.done.message);
      void this.load();
      return messageId;
    } catch (error) {
      toasts.fail(error);
      return null;
    }
  }

  async redact(seq: number): Promise<void> {
    try {
      await api.redact(this.id, seq);
      // The socket tells everybody; without it, this page knows all the same.
      const line = this.talk.lines.find((one) => one.seq === seq);
      if (line)
        this.talk = talk.loaded(this.talk, [{ ...line, content: '', files: undefined, redacted: true }]);
      toasts.say(text.done.redacted);
    } catch (error) {
      toasts.fail(error);
    }
  }

  transcript(format: 'txt' | 'html'): Promise<void> {
    return download((signal) => api.transcript(this.id, format, signal), `chat.${format}`, text.transcript);
  }

  async #change(call: Promise<Tagged<ChatDetail>>, said = '', undo?: () => void): Promise<void> {
    try {
      this.#take((await call).detail);
      if (said) toasts.say(said, { undo: undo && (async () => undo()) });
    } catch (error) {
      if (error instanceof ApiError && (error.status === 409 || error.status === 412)) {
        await this.load();
        toasts.say(error.message, { tone: 'danger' });
      } else toasts.fail(error);
    }
  }

  #take(detail: ChatDetail): void {
    this.#loaded = detail;
    desk.learn(detail);
    this.talk = talk.annotated(
      {
        ...this.talk,
        heard: { ...this.talk.heard, line: Math.max(this.talk.heard.line, detail.lastSeq) },
        read: {
          visitor: Math.max(this.talk.read.visitor, detail.visitorReadSeq),
          staff: Math.max(this.talk.read.staff, detail.staffReadSeq),
        },
      },
      detail.notes,
    );
    this.#look();
  }
}
