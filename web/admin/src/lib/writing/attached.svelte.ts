/**
 * The files of a draft: how they come into it, how far they are, and whether it can be sent with them. Belongs to the
 * component that creates it.
 */
import { hasFiles, pastedFiles, type FileMeta } from '@tekvwarho/site/files';
import { untrack } from 'svelte';
import type { Files } from '../files/files.svelte';
import { own as text } from '../files/strings';
import type { Chosen } from '../files/types';
import type { Pad } from './pad.svelte';

/** What of a pad this needs. */
export type Holder = Pick<Pad, 'draft' | 'replying' | 'busy' | 'elsewhere' | 'setFiles' | 'keep' | 'field'>;

export class Attached {
  /** What there is to say about the files. */
  said = $state('');
  /** Files are dragged over the conversation. */
  dragging = $state(false);

  #pad: Holder;
  #open: () => boolean;

  /** `open`: whether anything can be written to the client now. */
  constructor(
    pad: Holder,
    readonly files: Files,
    open: () => boolean = () => true,
  ) {
    this.#pad = pad;
    this.#open = open;
    $effect(() => this.follow());
  }

  get list(): Chosen[] {
    return this.#pad.draft.files ?? [];
  }
  /** Whether files can be chosen now. Notes have none. */
  get takes(): boolean {
    const { busy, replying, elsewhere } = this.#pad;
    return this.files.on && replying && !busy && !elsewhere && this.#open();
  }
  /** Some are not at the server yet. */
  get onWay(): boolean {
    return this.list.some(({ fileId, fault }) => !fileId && !fault);
  }
  /** Why the draft cannot be sent with them. */
  get fault(): string {
    if (this.list.some(({ key }) => this.files.job(key)?.state === 'refused')) return text.first;
    return this.files.tooMany(this.list.length);
  }

  /** Whether none can be removed now: another tab has the draft, or it is being sent. */
  get fixed(): boolean {
    const { busy, elsewhere } = this.#pad;
    return elsewhere || (busy && !this.onWay);
  }

  /** What an earlier page or another tab has left is brought to the server by this one, and what is there is noted. */
  follow(): void {
    const { list } = this;
    const { elsewhere } = this.#pad;
    untrack(() => (elsewhere ? this.files.rest(list) : this.files.want(list)));
    const arrived = list.flatMap(({ key, fileId }) => {
      const answer = fileId ? null : this.files.job(key)?.answer;
      return answer ? [{ key, answer }] : [];
    });
    untrack(() => arrived.forEach(({ key, answer }) => this.#update(key, answer)));
  }

  add(chosen: readonly File[]): void {
    if (!chosen.length || !this.takes) return;
    const { list } = this;
    const { added, said } = this.files.add(chosen, list.length, (key, size) => this.#update(key, size));
    this.said = said;
    if (added.length) this.#pad.setFiles([...list, ...added]);
    this.#pad.field?.focus();
  }

  remove(key: string): void {
    this.files.forget(this.list.filter((file) => file.key === key));
    this.#pad.setFiles(this.list.filter((file) => file.key !== key));
    this.said = '';
  }

  /** Those have gone out with another attempt. */
  without(gone: readonly FileMeta[]): void {
    const left = this.list.filter(({ key }) => gone.every((file) => file.key !== key));
    if (left.length < this.list.length) this.#pad.setFiles(left);
  }

  /** The server does not know some of them any more: all are brought there again, from what the browser has kept. */
  renew(): void {
    const list = $state.snapshot(this.list);
    for (const file of list) this.files.lost(file);
    this.#pad.setFiles(list.map(({ fileId: _, ...file }) => file));
  }

  /** What goes along now. */
  get taken(): FileMeta[] {
    return $state.snapshot(this.list).map(({ fault: _, ...file }) => file);
  }

  /** Pictures can be pasted anywhere in the conversation. */
  paste(event: ClipboardEvent): void {
    const list = this.takes ? pastedFiles(event.clipboardData, text.pasted) : [];
    if (!list.length) return;
    event.preventDefault();
    this.add(list);
  }

  /** Files can be dropped anywhere on the conversation. Without this, the browser would leave the page for them. */
  drag(event: DragEvent): void {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    const { takes } = this;
    this.dragging = takes && event.type !== 'drop' && event.type !== 'dragleave';
    if (event.dataTransfer) event.dataTransfer.dropEffect = takes ? 'copy' : 'none';
    if (event.type === 'drop') this.add([...(event.dataTransfer?.files ?? [])]);
  }

  /** The same files, of which more is known. */
  #update(key: string, news: Partial<FileMeta>): void {
    const { list } = this;
    if (!list.some((file) => file.key === key)) return;
    this.#pad.draft.files = list.map((file) => (file.key === key ? { ...file, ...news } : file));
    this.#pad.keep();
  }
}
