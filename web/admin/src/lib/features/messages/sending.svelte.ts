/**
 * How what is written goes out: a reply waits for its files, then for the person to see what others wrote meanwhile, and an
 * attempt without a response is sent again or found in the conversation. Belongs to the component that creates it.
 */
import type { FileMeta } from '@tekvwarho/site/files';
import { tick, untrack } from 'svelte';
import { ApiError, isUnreached } from '../../api/errors';
import { KEY } from '../../api/reach';
import { toasts } from '../../ui/toasts.svelte';
import type { Attached } from '../../writing/attached.svelte';
import { returnDraft, type Draft } from '../../writing/drafts.svelte';
import type { Pad } from '../../writing/pad.svelte';
import { api } from './api';
import { newestSeen, newsSince } from './news';
import { messages } from './state.svelte';
import { own } from './strings';
import type { MessageDetail, MessageStatus } from './types';

const text = own.composer;

export interface SendingOptions {
  pad: Pad;
  attached: Attached;
  staff: string;
  id: string;
  detail: () => MessageDetail;
  reload: () => Promise<void>;
}

interface Attempt extends Pick<Draft, 'mode' | 'key'> {
  content: string;
  files: FileMeta[];
  /** What the conversation had before. */
  known: string[];
  lastSeenId: string;
}

export class Sending {
  /** What happens with the message, and whether an email goes out. */
  after = $state<MessageStatus>('replied');
  email = $state(true);
  /** It goes out once the files are at the server. */
  waiting = $state(false);
  /** What others wrote is shown, and whether to send is asked. */
  asking = $state(false);
  /** The last attempt that got no response: it may have arrived. */
  #unsure = $state.raw<Attempt | null>(null);
  /** The files were brought to the server a second time already. */
  #renewed = false;
  #options: SendingOptions;

  constructor(options: SendingOptions) {
    this.#options = options;
    $effect(() => {
      if (!this.news.length) this.asking = false;
    });
    $effect(() => this.goOn());
    $effect(() => this.look());
  }

  /** Ends the waiting, once the files are at the server or cannot come there. */
  goOn(): void {
    const { pad, attached } = this.#options;
    if (!this.waiting || (attached.onWay && !attached.fault && !pad.elsewhere)) return;
    untrack(() => {
      this.stop();
      this.send();
    });
  }

  /** The line is back and the conversation has loaded again: it shows whether the last attempt had arrived. */
  look(): void {
    const attempt = this.#unsure;
    if (attempt && !this.#options.pad.busy && this.#came(attempt)) untrack(() => this.#found(attempt));
  }

  /** What others wrote since this reply was begun. Send shows it first. */
  get news() {
    const { pad, detail, staff } = this.#options;
    return pad.replying && pad.draft.seen ? newsSince(pad.draft.seen, detail().thread, staff) : [];
  }

  /** This very text got no response. */
  get again(): boolean {
    const { draft } = this.#options.pad;
    return this.#unsure !== null && this.#unsure.key === draft.key && this.#unsure.mode === draft.mode;
  }

  /** The news was shown: the next attempt goes through. */
  know(): void {
    const { pad } = this.#options;
    pad.draft.seen = this.#newest();
    this.asking = false;
    pad.keep();
  }

  send(): void {
    const { pad, attached } = this.#options;
    if (pad.wordless || pad.fault || pad.busy || pad.elsewhere) return;
    attached.said = pad.replying ? attached.fault : '';
    if (attached.said) return;
    if (this.news.length) this.asking = true;
    else if (pad.replying && attached.onWay) this.waiting = pad.busy = true;
    else void this.#post();
  }

  /** It does not go out by itself any more. */
  stop(): void {
    this.waiting = this.#options.pad.busy = false;
  }

  #newest(): string {
    const { id, detail, staff } = this.#options;
    return newestSeen(id, detail().thread, staff);
  }

  #attempt(): Attempt {
    const { pad, attached, detail } = this.#options;
    const { mode, key, seen } = pad.draft;
    return {
      ...{ mode, key, content: pad.draft.text.trim(), lastSeenId: seen ?? this.#newest() },
      files: pad.replying ? attached.taken : [],
      known: detail().thread.map((item) => item.id),
    };
  }

  async #post(): Promise<void> {
    const { pad } = this.#options;
    pad.busy = true;
    pad.pause();
    pad.claim.sending(true);
    const attempt = this.#attempt();
    try {
      if (attempt.mode === 'reply') await this.#reply(attempt);
      else await this.#note(attempt);
      this.#finish(attempt);
    } catch (error) {
      await this.#failed(attempt, error);
    } finally {
      pad.busy = this.waiting;
      pad.claim.sending(false);
    }
  }

  async #reply({ content, files, lastSeenId, key }: Attempt): Promise<void> {
    const { staff, id, detail, reload } = this.#options;
    const { email } = this;
    const delaySeconds = detail().undoSendSeconds;
    const ids = files.flatMap(({ fileId }) => fileId ?? []);
    const body = { content, files: ids, sendEmail: email, status: this.after, delaySeconds, lastSeenId };
    const { undoId } = await api.reply(id, body, key);
    const back = (restored: number) => {
      if (restored) returnDraft(staff, id, { text: content, files });
      void reload();
      void messages.refresh();
    };
    toasts.undoable(email ? text.sent : text.added, undoId, back, text.tooLate, delaySeconds * 1_000);
  }

  async #note({ content, key }: Attempt): Promise<void> {
    await api.note(this.#options.id, content, key);
    toasts.say(text.noted);
  }

  async #failed(attempt: Attempt, error: unknown): Promise<void> {
    const { pad, reload } = this.#options;
    // Only the options differ from an attempt that did arrive.
    if (isAbout(error, KEY)) this.#arrived(attempt);
    else if (error instanceof ApiError && error.status === 409) {
      // Somebody was faster by a moment.
      pad.draft.seen = attempt.lastSeenId;
      await reload();
      this.asking = this.news.length > 0;
      if (!this.asking) toasts.fail(error);
    } else if (isUnreached(error)) {
      const before = this.#unsure?.key === attempt.key ? this.#unsure : attempt;
      this.#unsure = { ...attempt, known: before.known };
    } else if (isAbout(error, 'files') && !this.#renewed) await this.#renew();
    else toasts.fail(error);
  }

  /** The server has deleted the files since, or they have gone out with an attempt that got no response. */
  async #renew(): Promise<void> {
    const { pad, attached, reload } = this.#options;
    const unsure = this.#unsure;
    await reload();
    pad.busy = false;
    await tick();
    // It was that attempt: what is left stands in the field.
    if (unsure && !this.#unsure) return;
    this.#renewed = true;
    attached.renew();
    this.waiting = true;
  }

  #finish({ files }: Attempt): void {
    const { pad, attached, reload } = this.#options;
    attached.files.forget(files);
    pad.sent();
    this.#unsure = null;
    this.#renewed = this.asking = false;
    void reload();
    void messages.refresh();
  }

  #arrived(attempt: Attempt): void {
    toasts.say(text.arrived[attempt.mode]);
    this.#finish(attempt);
  }

  #came({ known, mode, content }: Attempt): boolean {
    const { detail, staff } = this.#options;
    return detail().thread.some(
      (item) =>
        !known.includes(item.id) &&
        item.kind === mode &&
        item.author?.id === staff &&
        item.content === content,
    );
  }

  #found(attempt: Attempt): void {
    const { pad, attached } = this.#options;
    if (attempt.key === pad.draft.key) return this.#arrived(attempt);
    // Changed since: the new text is still to be sent, without the files that have gone.
    this.#unsure = null;
    attached.without(attempt.files);
    toasts.say(text.arrived[attempt.mode]);
  }
}

const isAbout = (error: unknown, name: string): boolean =>
  error instanceof ApiError && error.fields.some(({ field }) => field === name);
