/**
 * Files that this person sends and sees, for one purpose. Their bytes are kept by the browser until what they go with is
 * stored, and removed when the person signs out. Which of them are chosen is part of the draft: `writing/attached.svelte.ts`.
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
import { ApiError } from '../api/errors';
import { upload } from '../api/upload';
import { session } from '../auth/session.svelte';
import { live } from '../live/live.svelte';
import { save } from '../ui/download';
import { toasts } from '../ui/toasts.svelte';
import { api } from './api';
import { BYTES } from './stored';
import { own as text } from './strings';
import type { Chosen, FileLimits, Purpose, Shown } from './types';

/** Who has lines whose files are on their way. */
export interface Carrier {
  /** The file is at the server now. */
  filed: (key: string, answer: StoredFile) => void;
  /** It never will be, for this reason. */
  refused: (key: string, why: string) => void;
}

/** How large a picture is, before the server has seen it. */
export type Measured = (key: string, size: { width: number; height: number }) => void;

export class Files {
  limits = $state.raw<FileLimits | null>(null);
  /** The picture that is shown large. */
  large = $state.raw<Shown | null>(null);
  carrier: Carrier | null = null;

  /** How often something has changed on the way: `Uploads` knows no components. */
  #moves = $state(0);
  /** Bytes that this page has anyway, by the names of the file here and at the server. */
  #here = new Map<string, File>();
  #kept = new Kept(BYTES);
  #uploads = new Uploads({
    post: (file, on) => upload(`/api/admin/files?for=${this.purpose}`, file, on),
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

  constructor(readonly purpose: Purpose) {
    live.hear((frame) => frame.type === 'ready' && this.#uploads.back());
    globalThis.addEventListener?.('offline', () => this.#uploads.cut());
    session.whenLeft((byHand) => {
      this.#uploads.end({ keep: !byHand });
      this.large = null;
      this.#here.clear();
    });
  }

  get on(): boolean {
    return this.limits?.enabled ?? false;
  }

  /** Why so many cannot go together. */
  tooMany(count: number): string {
    const { limits, purpose } = this;
    if (!limits || !count) return '';
    if (!limits.enabled) return text.off[purpose];
    return count > limits.maxCount ? text.many[purpose](limits.maxCount) : '';
  }

  /** Takes files in, as many as fit beside those that are chosen, and what there is to say about that. */
  add(list: readonly File[], before: number, measured: Measured): { added: Chosen[]; said: string } {
    const { limits } = this;
    if (!limits?.enabled) return { added: [], said: '' };
    const fitting = list.slice(0, Math.max(0, limits.maxCount - before));
    const added = fitting.map((file): Chosen => {
      const why = whyNot(file, limits);
      const made: Chosen = { ...this.#uploads.add(file, why), fault: why !== '' };
      if (isPicture(made) && !why) {
        this.#here.set(made.key, file);
        void measure(file, (size) => measured(made.key, size));
      }
      return made;
    });
    return { added, said: this.tooMany(before + list.length) };
  }

  /** Brings those to the server that are not there yet. */
  want(list: readonly Chosen[]): void {
    for (const file of list) if (!file.fileId && !file.fault) this.#uploads.want(file);
  }

  /** Another tab brings them there. */
  rest(list: readonly Chosen[]): void {
    for (const { key, fileId, fault } of list) if (!fileId && !fault) this.#uploads.drop(key, { keep: true });
  }

  again(key: string): void {
    this.#uploads.again(key);
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

  /** Nobody needs their bytes here any more. */
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
      not_found: text.off[this.purpose],
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
    if (answer) this.carrier?.filed(key, answer);
    else if (job?.state === 'refused') this.carrier?.refused(key, this.why(job));
  }
}

/** So that its place in the line is right before the server has seen it. */
async function measure(file: File, measured: (size: { width: number; height: number }) => void) {
  try {
    const picture = await createImageBitmap(file);
    measured({ width: picture.width, height: picture.height });
    picture.close();
  } catch {
    // The server says what is wrong with it.
  }
}
