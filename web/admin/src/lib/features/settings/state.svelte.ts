/** The settings on the server, and the unsaved changes made here. */
import { ApiError, explain } from '../../api/errors';
import type { Tagged } from '../../api/http';
import { session } from '../../auth/session.svelte';
import type { Conflict } from '../../ui/Merge.svelte';
import { toasts } from '../../ui/toasts.svelte';
import { api } from './api';
import { own } from './strings';
import type { Expiring, SettingKey, SettingsSchema, SettingValues } from './types';
import { conflictsOf, same, show, stillWrong } from './values';

class SettingsState {
  schema = $state.raw<SettingsSchema | null>(null);
  /** The server's values, as last loaded by this page. */
  values = $state.raw<SettingValues>({});
  /** Changed keys with their new values. */
  drafts = $state.raw<SettingValues>({});
  /** Errors, by key or by part of a value. */
  errors = $state.raw<Record<string, string>>({});
  error = $state.raw<unknown>(null);
  conflicts = $state.raw<Conflict[]>([]);
  expiring = $state.raw<Expiring[]>([]);
  busy = $state(false);
  /** The version of the settings that is shown. */
  version = $state('');
  /** The server's state after a save that found a newer version: adopted once someone has resolved the conflicts. */
  #theirs: Tagged<SettingValues> | null = null;
  /** Incremented by every load and save, so that an older response cannot replace a newer one. */
  #turn = 0;
  /** Somebody saved while something was being edited here. */
  #behind = false;

  count = $derived(Object.keys(this.drafts).length);

  constructor() {
    session.whenLeft(() => this.#forget());
  }

  async load(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const [schema, loaded] = await Promise.all([this.schema ?? api.schema(), api.load()]);
      if (turn !== this.#turn) return;
      this.schema = schema;
      this.error = null;
      // Editing started from the previous values: saving must still detect that someone else has saved.
      if (this.#editing()) this.#behind = true;
      else this.#adopt(loaded);
    } catch (error) {
      if (turn === this.#turn && !this.schema) this.error = error;
    }
  }

  /** Someone saved settings. Edits made here stay; saving will report conflicts. */
  hear(): void {
    if (this.#editing()) this.#behind = true;
    else void this.load();
  }

  #editing(): boolean {
    return this.count > 0 || this.busy;
  }

  #adopt({ detail, etag }: Tagged<SettingValues>): void {
    this.#turn++;
    this.values = detail;
    this.version = etag;
    this.#theirs = null;
    this.#behind = false;
  }

  /** Nothing is being edited any more: load what others have saved meanwhile. */
  #catchUp(): void {
    if (this.#behind && !this.#editing()) void this.load();
  }

  keysOf(group: string): SettingKey[] {
    return this.schema?.keys.filter((key) => key.group === group) ?? [];
  }

  get(key: string): unknown {
    return key in this.drafts ? this.drafts[key] : this.values[key];
  }

  set(key: string, value: unknown): void {
    const before = this.get(key);
    const { [key]: _, ...others } = this.drafts;
    const back = same(value, this.values[key]);
    this.drafts = back ? others : { ...others, [key]: value };
    this.errors = stillWrong(this.errors, key, before, value, back);
    this.#catchUp();
  }

  undo(key: string): void {
    this.set(key, this.values[key]);
  }

  discard(): void {
    this.drafts = {};
    this.errors = {};
    this.#catchUp();
  }

  changedIn(group: string): boolean {
    return Object.keys(this.drafts).some((key) => key.startsWith(`${group}.`));
  }

  wrongIn(group: string): boolean {
    return Object.keys(this.errors).some((key) => key.startsWith(`${group}.`));
  }

  /** True if everything was saved. */
  async save(): Promise<boolean> {
    if (!this.count || this.busy) return !this.count;
    this.busy = true;
    try {
      return await this.#send(true);
    } catch (error) {
      if (error instanceof ApiError && error.status === 422) this.errors = error.fieldMessages();
      else toasts.fail(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  async #send(again: boolean): Promise<boolean> {
    try {
      const saved = await api.change(this.drafts, this.version);
      this.#adopt(saved);
      this.discard();
      toasts.say(own.saved);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412 || !again) throw error;
    }
    const theirs = await api.load();
    const values = theirs.detail;
    const both = conflictsOf(this.values, values, this.drafts);
    // Someone changed other settings: no conflict.
    if (!both.length) {
      this.#adopt(theirs);
      return this.#send(false);
    }
    this.#theirs = theirs;
    this.conflicts = both.map((key) => {
      const known = this.schema?.keys.find((one) => one.key === key);
      const [yours, theirs] = [this.drafts[key], values[key]].map((value) => show(value, known?.kind));
      const label = known ? own.history.inSection(known.section, known.label) : key;
      return { key, label, yours: yours ?? '', theirs: theirs ?? '' };
    });
    return false;
  }

  /** Resolves conflicts: these keys keep the local value; the others take the server's. */
  async settle(yours: string[]): Promise<void> {
    if (this.#theirs) this.#adopt(this.#theirs);
    const given = this.conflicts.map(({ key }) => key).filter((key) => !yours.includes(key));
    this.conflicts = [];
    this.drafts = Object.fromEntries(Object.entries(this.drafts).filter(([key]) => !given.includes(key)));
    if (this.count) await this.save();
    else toasts.say(own.saved);
  }

  /** Cancelled without a choice: saving again finds the newer version and asks again. */
  unsettle(): void {
    this.conflicts = [];
    this.#theirs = null;
    this.#behind = true;
    this.#catchUp();
  }

  #forget(): void {
    this.#turn++;
    this.version = '';
    this.#theirs = null;
    this.#behind = false;
    Object.assign(this, { schema: null, values: {}, drafts: {}, errors: {}, error: null });
    Object.assign(this, { conflicts: [], expiring: [] });
  }

  async countExpiring(signal: AbortSignal): Promise<void> {
    const values = Object.fromEntries(
      Object.entries(this.drafts).filter(([key]) => key.startsWith('privacy.')),
    );
    const counted = await api.retention(values).catch(() => []);
    if (!signal.aborted) this.expiring = counted;
  }

  explain(): string {
    return explain(this.error);
  }
}

export const settings = new SettingsState();
