/**
 * A draft in a text field: which tab writes it, what is suggested while writing, and why it cannot be sent as it is. Its
 * files are the business of `attached.svelte.ts`. Belongs to the component that creates it.
 */
import { onDestroy, tick, untrack } from 'svelte';
import { session } from '../auth/session.svelte';
import type { Chosen } from '../files/types';
import { fill, findCanned, openVariables, trigger, type Values } from './canned';
import { DraftClaim } from './claim.svelte';
import {
  draftName,
  dropDraft,
  isBlank,
  joined,
  lasting,
  loadDraft,
  onDraftReturned,
  saveDraft,
  type Draft,
} from './drafts.svelte';
import { helpers } from './helpers.svelte';
import { findColleagues, mentionTrigger } from './mentions';
import { own as text } from './strings';
import type { Suggestion } from './Suggestions.svelte';

export interface PadOptions {
  /** The signed-in person, and the id of what is written to. */
  staff: string;
  id: string;
  /** Maximum characters of a reply and of a note. */
  longest: Record<Draft['mode'], number>;
  /** Of the two characters that call canned replies, the one that is shown. */
  mark: '/' | ';';
  /** What the variables of canned replies stand for. */
  values: () => Values;
  /** The newest line of others, when the person begins to write. */
  seen?: () => string;
  /** Somebody writes here, or no longer does. */
  writing: (on: boolean) => void;
}

/** The remaining length is shown from here on. */
const NEAR = 500;
/** Without a key pressed for so long, nobody writes. */
const PAUSE_MS = 8_000;

export class Pad {
  draft = $state<Draft>({ mode: 'reply', text: '', key: '' });
  busy = $state(false);
  kept = $state(false);
  focused = $state(false);
  calling = $state<{ start: number; query: string } | null>(null);
  field = $state<HTMLTextAreaElement>();
  /** The button that takes the draft over from another tab. */
  takeOver = $state<HTMLElement>();
  claim: DraftClaim;

  /** Clients can be written to now. */
  #open = true;
  /** The person has asked for the draft that another tab has. */
  #wanting = $state(false);
  #options: PadOptions;
  #pausing: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PadOptions) {
    const { staff, id } = (this.#options = options);
    this.draft = loadDraft(staff, id);
    this.kept = !isBlank(this.draft);
    this.claim = new DraftClaim(staff, id, {
      draft: () => lasting($state.snapshot(this.draft)),
      show: (newest) => {
        this.draft = newest;
        this.kept = !isBlank(newest);
        this.calling = null;
      },
      stored: () => loadDraft(staff, id),
      save: () => saveDraft(staff, id, $state.snapshot(this.draft)),
    });
    onDestroy(() => {
      this.claim.leave();
      this.pause();
    });
    onDestroy(
      onDraftReturned(draftName(staff, id), (returned) => {
        this.draft = joined($state.snapshot(this.draft), returned);
        this.draft.seen = options.seen?.();
        this.keep();
        this.field?.focus();
      }),
    );
    $effect(() => {
      const needed = this.focused || !this.empty;
      untrack(() => this.claim.need(needed));
    });
    $effect(() => {
      if (!this.#wanting || this.elsewhere) return;
      this.#wanting = false;
      void tick().then(() => {
        this.field?.focus();
        this.field?.setSelectionRange(this.field.value.length, this.field.value.length);
      });
    });
  }

  /** Another tab writes: this one shows what is there. */
  get elsewhere(): boolean {
    return this.claim.elsewhere && !this.empty;
  }
  get replying(): boolean {
    return this.draft.mode === 'reply';
  }
  /** Nothing is written and nothing chosen. */
  get empty(): boolean {
    return isBlank(this.draft);
  }
  /** Nothing is written. */
  get wordless(): boolean {
    return this.draft.text.trim() === '';
  }

  #left = $derived.by(() => this.#options.longest[this.draft.mode] - [...this.draft.text.trim()].length);
  /** Why this text cannot be sent as it is. */
  fault = $derived.by(() => {
    if (this.#left < 0) return text.tooLong(-this.#left);
    const holes = this.replying ? openVariables(this.draft.text) : [];
    return holes.length ? text.holes(holes) : '';
  });
  /** How much more can be written, once that is little. */
  room = $derived(this.#left <= NEAR ? text.left(this.#left) : '');

  suggestions = $derived.by<Suggestion[]>(() => {
    const { calling } = this;
    if (!calling) return [];
    if (!this.replying)
      return findColleagues(helpers.colleagues, this.#options.staff, calling.query).map(({ id, name }) => ({
        id,
        title: name,
      }));
    return findCanned(helpers.canned, calling.query).map((canned) => ({
      id: canned.id,
      title: canned.title,
      keys: canned.shortcut ? `${this.#options.mark}${canned.shortcut}` : undefined,
      text: this.#filled(canned.content),
    }));
  });

  write(mode: Draft['mode']): void {
    this.setMode(mode);
    if (this.draft.mode !== mode && !this.elsewhere) return;
    (this.elsewhere ? this.takeOver : this.field)?.focus();
    this.field?.scrollIntoView({ block: 'nearest' });
  }

  get writing(): boolean {
    return document.activeElement === this.field;
  }

  setMode(mode: Draft['mode']): void {
    if (this.busy || this.elsewhere || (mode === 'reply' && !this.#open)) return;
    this.draft.mode = mode;
    this.calling = null;
    this.keep();
  }

  /**
   * Whether clients can be written to. While they cannot, a field without words is for notes. It becomes one for replies again only
   * if nobody is in it, so that no note goes out by mistake.
   */
  allow(replies: boolean): void {
    const before = this.#open;
    this.#open = replies;
    if (!this.wordless) return;
    if (!replies) this.draft.mode = 'note';
    else if (!before && !this.focused) this.draft.mode = 'reply';
  }

  keep(): void {
    this.claim.touch();
    this.kept = !isBlank(lasting(this.draft));
  }

  /** Other files go along than before. */
  setFiles(files: Chosen[]): void {
    this.#begin();
    this.draft.files = files;
    this.keep();
  }

  /** What is changed is a new attempt, and written with what is there now in sight. */
  #begin(): void {
    const { draft } = this;
    draft.key = crypto.randomUUID();
    if (!this.kept || !draft.seen) draft.seen = this.#options.seen?.();
  }

  /** Nobody writes here any more. */
  pause(): void {
    clearTimeout(this.#pausing);
    this.#options.writing(false);
  }

  take(): void {
    this.#wanting = true;
    this.claim.take();
  }

  input(): void {
    const { draft, field } = this;
    this.#begin();
    const caret = field?.selectionStart ?? draft.text.length;
    this.calling = this.replying ? trigger(draft.text, caret) : mentionTrigger(draft.text, caret);
    this.keep();
    if (this.wordless) return this.pause();
    this.#options.writing(true);
    clearTimeout(this.#pausing);
    this.#pausing = setTimeout(() => this.pause(), PAUSE_MS);
  }

  /** Lists the canned replies. */
  async callCanned(): Promise<void> {
    const { field } = this;
    if (this.busy || this.elsewhere || !field) return;
    field.focus();
    this.calling = { start: field.selectionStart, query: '' };
    await tick();
  }

  /** The text of a suggestion. */
  #textOf(chosen: string): string {
    if (!this.replying) return `@${helpers.colleagues.find((one) => one.id === chosen)?.name ?? ''} `;
    return this.#filled(helpers.canned.find((one) => one.id === chosen)?.content ?? '');
  }

  /** A canned reply with what is known of the client. */
  #filled(content: string): string {
    return fill(content, {
      'staff.name': session.me?.name,
      'firm.name': session.me?.firmName,
      ...this.#options.values(),
    });
  }

  async insert(chosen: string): Promise<void> {
    const { draft, field } = this;
    const filled = this.#textOf(chosen);
    const caret = field?.selectionStart ?? draft.text.length;
    const start = this.calling?.start ?? caret;
    const end = Math.max(start, caret);
    draft.text = draft.text.slice(0, start) + filled + draft.text.slice(end);
    this.#begin();
    this.calling = null;
    this.keep();
    await tick();
    field?.focus();
    field?.setSelectionRange(start + filled.length, start + filled.length);
  }

  /** The text has gone out: the field is empty, unless another tab has changed the draft meanwhile. */
  sent(): void {
    const { staff, id } = this.#options;
    // A note takes no files along.
    const left = this.replying ? [] : $state.snapshot(this.draft.files ?? []);
    dropDraft(staff, id, this.draft.key);
    this.draft = loadDraft(staff, id);
    this.kept = !isBlank(this.draft);
    if (left.length && !this.draft.files?.length) this.setFiles(left);
    this.allow(this.#open);
  }
}
