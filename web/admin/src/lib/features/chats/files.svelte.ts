/**
 * Files that this person sends in chats. What is chosen belongs to the chat and to this tab; their bytes are kept by the
 * browser until a line with them is stored, and removed when the person signs out.
 */
import {
  alone,
  isPicture,
  Kept,
  Pictures,
  sizeInWords,
  Uploads,
  whenNear,
  whyNot,
  type FileMeta,
  type Job,
  type StoredFile,
} from '@tekvwarho/site/files';
import { ApiError } from '../../api/errors';
import { upload } from '../../api/upload';
import { session } from '../../auth/session.svelte';
import { live } from '../../live/live.svelte';
import { save } from '../../ui/download';
import { toasts } from '../../ui/toasts.svelte';
import { api } from './api';
import { BYTES, CHOSEN } from './stored';
import { own } from './strings';
import type { ChatFile } from './types';

const text = own.files;

/** A file of a line, or one that is on its way into one. */
export type Shown = FileMeta | ChatFile;

/** A file that is chosen: `fault` says why it can never be sent as it is. */
export interface Chosen extends FileMeta {
  fault?: boolean;
}

type Limits = Awaited<ReturnType<typeof api.config>>['files'];

/** Who has lines whose files are on their way. */
export interface Carrier {
  /** The file is at the server now. */
  filed: (key: string, answer: StoredFile) => void;
  /** It never will be, for this reason. */
  refused: (key: string, why: string) => void;
}

class Files {
  limits = $state.raw<Limits | null>(null);
  /** The picture that is shown large. */
  large = $state.raw<Shown | null>(null);
  carrier: Carrier | null = null;

  #chosen = $state.raw<Record<string, Chosen[]>>({});
  /** How often something has changed on the way: `Uploads` knows no components. */
  #moves = $state(0);
  /** Bytes that this page has anyway, by the names of the file here and at the server. */
  #here = new Map<string, File>();
  #kept = new Kept(BYTES);
  #uploads = new Uploads({
    post: (file, on) => upload('/api/admin/files?for=chat', file, on),
    place: () => (live.connected ? 'staff' : null),
    kept: this.#kept,
    changed: (key) => this.#changed(key),
    env: {
      now: () => Date.now(),
      uuid: () => crypto.randomUUID(),
      setTimeout: (act, ms) => setTimeout(act, ms),
      clearTimeout: (timer: ReturnType<typeof setTimeout>) => clearTimeout(timer),
      alone,
    },
  });
  #pictures = new Pictures((id) => this.bytes(id, 'preview'));

  constructor() {
    live.hear((frame) => frame.type === 'ready' && this.#uploads.back());
    globalThis.addEventListener?.('offline', () => this.#uploads.cut());
    session.whenLeft((byHand) => {
      this.#uploads.end({ keep: !byHand });
      if (byHand) this.#store(null);
      this.large = null;
      this.#chosen = {};
      this.#here.clear();
    });
  }

  get on(): boolean {
    return this.limits?.enabled ?? false;
  }

  async load(): Promise<void> {
    try {
      this.limits = (await api.config()).files ?? null;
    } catch {
      // As it was: without it, there is no button.
    }
  }

  /** What is chosen for this chat and not sent yet. */
  of(chat: string): Chosen[] {
    return this.#chosen[chat] ?? [];
  }

  /** What an earlier page of this tab has left. */
  restore(chat: string): void {
    if (this.#chosen[chat]) return;
    const left = this.#stored(chat);
    if (left.length) this.#set(chat, left);
    for (const file of left) if (!file.fileId) this.#uploads.want(file);
  }

  /** Returns what there is to say about it. */
  add(chat: string, list: readonly File[]): string {
    const { limits } = this;
    if (!limits?.enabled) return '';
    const before = this.of(chat);
    const room = Math.max(0, limits.maxCount - before.length);
    const added = list.slice(0, room).map((file): Chosen => {
      const why = whyNot(file, limits);
      const made: Chosen = { ...this.#uploads.add(file, why), fault: why !== '' };
      if (isPicture(made) && !why) {
        this.#here.set(made.key, file);
        void this.#measure(chat, made.key, file);
      }
      return made;
    });
    this.#set(chat, [...before, ...added]);
    return list.length > room ? text.many(limits.maxCount) : '';
  }

  /** So that its place in the line is right before the server has seen it. */
  async #measure(chat: string, key: string, file: File): Promise<void> {
    try {
      const picture = await createImageBitmap(file);
      this.#update(chat, key, { width: picture.width, height: picture.height });
      picture.close();
    } catch {
      // The server says what is wrong with it.
    }
  }

  remove(chat: string, key: string): void {
    this.#uploads.drop(key);
    this.#here.delete(key);
    this.#set(
      chat,
      this.of(chat).filter((file) => file.key !== key),
    );
  }

  again(key: string): void {
    this.#uploads.again(key);
  }

  /** What goes with a line now, or why it cannot go. */
  take(chat: string): { files: FileMeta[] } | { why: string } {
    const chosen = this.of(chat);
    if (chosen.some(({ key }) => this.job(key)?.state === 'refused')) return { why: text.first };
    if (this.limits && chosen.length > this.limits.maxCount) return { why: text.many(this.limits.maxCount) };
    if (chosen.length) this.#set(chat, []);
    return { files: chosen.map(({ fault: _, ...file }) => file) };
  }

  /** Those of a line that becomes a draft again. */
  give(chat: string, list: readonly FileMeta[]): void {
    this.#set(chat, [...this.of(chat), ...list]);
    for (const file of list) if (!file.fileId) this.#uploads.want(file);
  }

  /** Brings the files of a line to the server; the carrier hears of each. */
  carry(list: readonly FileMeta[]): void {
    for (const file of list) {
      if (file.fileId) continue;
      this.#uploads.want(file);
      if (['done', 'refused'].includes(this.#uploads.of(file.key)?.state ?? '')) this.#changed(file.key);
    }
  }

  /** The server does not know this one any more. */
  lost({ key, fileId }: FileMeta): void {
    if (fileId) this.#uploads.lost(key, fileId);
  }

  forget(list: readonly FileMeta[]): void {
    for (const { key } of list) this.#uploads.drop(key);
  }

  /** How far a file is; null if it is not known here. */
  job(key: string): Job | null {
    void this.#moves;
    const job = this.#uploads.of(key);
    return job && { ...job };
  }

  /** How far the files of a line are, from 0 to 1; null if nothing is on its way. */
  part(list: readonly FileMeta[]): number | null {
    if (list.every((file) => file.fileId)) return null;
    const all = list.reduce((sum, { size }) => sum + size, 0);
    const gone = list.reduce((sum, { key, size, fileId }) => {
      return sum + size * (fileId ? 1 : (this.job(key)?.part ?? 0));
    }, 0);
    return all ? gone / all : 0;
  }

  why({ why }: Job): string {
    const known: Record<string, string> = {
      type: text.type,
      size: this.limits ? text.size(sizeInWords(this.limits.maxSize)) : '',
      empty: text.empty,
      gone: text.gone,
      not_found: text.off,
      later: text.later,
    };
    return known[why?.code ?? ''] || why?.detail || text.refused;
  }

  /** The name by which a picture is shown. */
  nameOf(file: Shown): string {
    if ('key' in file && (this.#here.has(file.key) || !file.fileId)) return file.key;
    return file.fileId ?? '';
  }

  /** For an image: the small copy, once it is nearly in sight. */
  shown(name: string, eager = false): (image: HTMLImageElement) => () => void {
    return (image) => {
      let taken = false;
      const take = () => {
        taken = true;
        this.#pictures.take(name).then(
          (url) => {
            if (taken && !image.hasAttribute('src')) image.src = url;
          },
          // Its name is in its place.
          () => undefined,
        );
      };
      const ignore = eager ? () => undefined : whenNear(image, take);
      if (eager) take();
      return () => {
        ignore();
        if (taken) this.#pictures.give(name);
        taken = false;
        image.removeAttribute('src');
      };
    };
  }

  /** From this page, from the browser, or from the server. */
  async bytes(name: string, size?: 'preview'): Promise<Blob> {
    const here =
      this.#here.get(name) ??
      this.#uploads.of(name)?.file ??
      (name.includes(' ') ? await this.#kept.get(name) : null);
    return here ?? api.file(name, size);
  }

  async save(file: Shown): Promise<void> {
    try {
      save(await this.bytes(this.nameOf(file)), file.name);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) toasts.say(text.missing, { tone: 'danger' });
      else toasts.fail(error);
    }
  }

  #changed(key: string): void {
    this.#moves++;
    const job = this.#uploads.of(key);
    const answer = job?.state === 'done' ? job.answer : null;
    const here = this.#here.get(key);
    if (answer && here) this.#here.set(answer.fileId, here);
    const chat = Object.keys(this.#chosen).find((id) => this.of(id).some((file) => file.key === key));
    if (chat) {
      if (answer) this.#update(chat, key, answer);
    } else if (answer) this.carrier?.filed(key, answer);
    else if (job?.state === 'refused') this.carrier?.refused(key, this.why(job));
  }

  #update(chat: string, key: string, values: Partial<FileMeta>): void {
    const list = this.of(chat);
    if (!list.some((file) => file.key === key)) return;
    this.#set(
      chat,
      list.map((file) => (file.key === key ? { ...file, ...values } : file)),
    );
  }

  #set(chat: string, list: Chosen[]): void {
    this.#chosen = { ...this.#chosen, [chat]: list };
    this.#store(
      chat,
      list.filter(({ fault }) => !fault),
    );
  }

  #stored(chat: string): Chosen[] {
    try {
      return JSON.parse(sessionStorage.getItem(keyOf(chat)) ?? '[]') as Chosen[];
    } catch {
      return [];
    }
  }

  /** Without a chat, all of them go. */
  #store(chat: string | null, list: Chosen[] = []): void {
    try {
      if (chat && list.length) sessionStorage.setItem(keyOf(chat), JSON.stringify(list));
      else if (chat) sessionStorage.removeItem(keyOf(chat));
      else
        for (const key of Object.keys(sessionStorage))
          if (key.startsWith(CHOSEN)) sessionStorage.removeItem(key);
    } catch {
      // Only this page has them then.
    }
  }
}

const keyOf = (chat: string) => `${CHOSEN}${session.me?.id}:${chat}`;

export const files = new Files();
