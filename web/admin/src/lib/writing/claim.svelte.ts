/** The claim of this tab on one draft: by Web Locks, and messages between the tabs. */
import { isElsewhere, next, START, type Deed, type Happening } from './claim';
import { draftName, isBlank, merged, onDraftStored, type Draft } from './drafts.svelte';

/** What the composer can do with its draft. */
export interface Desk {
  draft: () => Draft;
  show: (draft: Draft) => void;
  /** The draft as it is stored. */
  stored: () => Draft;
  /** Stores the draft. False if the browser does not let it. */
  save: () => boolean;
}

type Word =
  { says: 'ask'; from: string } | { says: 'delay'; to: string } | { says: 'give'; to: string; draft: Draft };

/** A tab that has not answered by then is paused or gone. */
const PATIENCE = 1_000;

export class DraftClaim {
  #state = $state.raw(START);
  /** Another tab writes. */
  elsewhere = $derived(isElsewhere(this.#state));
  taking = $derived(this.#state.claim === 'taking');

  #me = crypto.randomUUID();
  #name: string;
  #desk: Desk;
  #channel: BroadcastChannel;
  #needed = false;
  /** Something was typed or chosen since the draft was shown. */
  #touched = false;
  /** What was typed or chosen is not stored, so it stays on screen until this tab has the draft. */
  #unsaved = false;
  #asker = '';
  #clock: ReturnType<typeof setTimeout> | undefined;
  #queue = new AbortController();
  #letGo: (() => void) | undefined;
  #deaf: () => void;

  constructor(staff: string, message: string, desk: Desk) {
    this.#name = draftName(staff, message);
    this.#desk = desk;
    this.#channel = new BroadcastChannel(this.#name);
    this.#channel.onmessage = ({ data }: MessageEvent<Word>) => this.#hear(data);
    this.#deaf = onDraftStored(this.#name, () => this.#overheard());
  }

  leave(): void {
    this.#deaf();
    clearTimeout(this.#clock);
    this.#release();
    this.#channel.close();
  }

  need(needed: boolean): void {
    this.#needed = needed;
    this.#happen(needed ? 'needed' : 'unneeded');
  }

  sending(sending: boolean): void {
    this.#happen(sending ? 'sending' : 'sent');
  }

  /** The draft was changed here: stores it, or does so once the browser has answered. */
  touch(): void {
    this.enter();
    this.#touched = this.#unsaved = true;
    if (this.#state.claim !== 'asking' && !this.elsewhere) this.#save();
  }

  /** The field gets focus: a draft in which nothing is written needs no question. */
  enter(): void {
    if (this.elsewhere && this.#isFree()) this.#happen('free');
  }

  take(): void {
    this.#happen('wanted');
  }

  #happen(what: Happening): void {
    const { state, deeds } = next(this.#state, what);
    this.#state = state;
    for (const deed of deeds) this.#do(deed);
    // What was needed while this was under way may not be any more.
    if (!this.#needed && what !== 'unneeded' && !state.sending && state.claim !== 'none')
      this.#happen('unneeded');
  }

  #do(deed: Deed): void {
    if (deed === 'request') void this.#request();
    else if (deed === 'release') this.#release();
    else if (deed === 'seize') void this.#seize();
    else if (deed === 'ask') {
      this.#say({ says: 'ask', from: this.#me });
      this.#clock = setTimeout(() => this.#happen('silent'), PATIENCE);
    } else if (deed === 'wait') clearTimeout(this.#clock);
    else if (deed === 'read') this.#show(this.#desk.stored());
    else if (deed === 'save') {
      if (this.#unsaved) this.#save();
    } else if (deed === 'delay') this.#say({ says: 'delay', to: this.#asker });
    else {
      this.#say({ says: 'give', to: this.#asker, draft: this.#desk.draft() });
      this.#unsaved = false;
    }
  }

  #save(): void {
    this.#unsaved = !this.#desk.save();
  }

  #show(draft: Draft): void {
    if (this.#unsaved && this.elsewhere) return;
    const both = this.#unsaved ? merged(draft, this.#desk.draft()) : draft;
    this.#desk.show(both);
    this.#touched = this.#unsaved = false;
    if (both !== draft) this.#save();
  }

  #say(word: Word): void {
    this.#channel.postMessage(word);
  }

  #hear(word: Word): void {
    if (word.says === 'ask') {
      this.#asker = word.from;
      this.#happen('asked');
    } else if (word.to === this.#me && this.taking) {
      clearTimeout(this.#clock);
      this.#happen(word.says === 'give' ? 'given' : 'delayed');
      if (word.says !== 'give') return;
      this.#show(word.draft);
      this.#save();
    }
  }

  /** Another tab has stored or removed this draft. */
  #overheard(): void {
    const { claim } = this.#state;
    if (claim === 'none' || claim === 'elsewhere' || claim === 'taking') this.#show(this.#desk.stored());
    else if (claim !== 'mine') return;
    else if (!this.#touched) this.#show(this.#desk.stored());
    else if (!navigator.locks) this.#happen('overwritten');
  }

  #isFree(): boolean {
    return isBlank(this.#desk.stored());
  }

  async #request(): Promise<void> {
    this.#release();
    // Locks need a secure context; plain http on another host than localhost has none.
    if (!navigator.locks) return void Promise.resolve().then(() => this.#happen('granted'));
    const { signal } = (this.#queue = new AbortController());
    try {
      const had = await navigator.locks.request(this.#name, { ifAvailable: true }, (lock) =>
        lock && !signal.aborted ? this.#keep().then(() => true) : signal.aborted,
      );
      if (had) return;
      const asking = this.#state.claim === 'asking';
      if (asking && this.#isFree()) return this.#happen('free');
      this.#happen('held');
      // Somebody is typing here already.
      if (asking && this.#unsaved) this.#happen('wanted');
      await navigator.locks.request(this.#name, { signal }, () => this.#keep());
    } catch {
      if (!signal.aborted) this.#happen('lost');
    }
  }

  async #seize(): Promise<void> {
    this.#release();
    if (!navigator.locks) return;
    const { signal } = (this.#queue = new AbortController());
    try {
      await navigator.locks.request(this.#name, { steal: true }, () =>
        signal.aborted ? undefined : this.#keep(),
      );
    } catch {
      if (!signal.aborted) this.#happen('lost');
    }
  }

  /** Holds the lock until it is released. */
  #keep(): Promise<void> {
    clearTimeout(this.#clock);
    const held = new Promise<void>((resolve) => (this.#letGo = resolve));
    this.#happen('granted');
    return held;
  }

  #release(): void {
    this.#queue.abort();
    this.#letGo?.();
    this.#letGo = undefined;
  }
}
