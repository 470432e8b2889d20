/** The settings as they are on the server, and what was changed here and is not saved yet. */
import { api } from '../../api/client';
import { ApiError, explain } from '../../api/errors';
import type { Expiring, SettingKey, SettingsSchema, SettingValues } from '../../api/types';
import { words } from '../../strings';
import { toasts } from '../../ui/toasts.svelte';
import type { Conflict } from '../../ui/Merge.svelte';
import { conflictsOf, same, show } from './values';

class SettingsState {
  schema = $state.raw<SettingsSchema | null>(null);
  /** What the server has, as this page saw it last. */
  values = $state.raw<SettingValues>({});
  /** Keys that were changed here, with their new values. */
  drafts = $state.raw<SettingValues>({});
  /** What is wrong, by key or by part of a value. */
  errors = $state.raw<Record<string, string>>({});
  error = $state.raw<unknown>(null);
  conflicts = $state.raw<Conflict[]>([]);
  expiring = $state.raw<Expiring[]>([]);
  busy = $state(false);
  #version = '';

  count = $derived(Object.keys(this.drafts).length);

  async load(): Promise<void> {
    try {
      const [schema, loaded] = await Promise.all([this.schema ?? api.settings.schema(), api.settings.load()]);
      this.schema = schema;
      this.values = loaded.values;
      this.#version = loaded.version;
      this.error = null;
    } catch (error) {
      if (!this.schema) this.error = error;
    }
  }

  /** Somebody saved settings. What is being edited here stays; saving will tell if both changed the same. */
  hear(): void {
    if (!this.count && !this.busy) void this.load();
  }

  keysOf(group: string): SettingKey[] {
    return this.schema?.keys.filter((key) => key.group === group) ?? [];
  }

  get(key: string): unknown {
    return key in this.drafts ? this.drafts[key] : this.values[key];
  }

  set(key: string, value: unknown): void {
    const { [key]: _, ...others } = this.drafts;
    this.drafts = same(value, this.values[key]) ? others : { ...others, [key]: value };
    this.#forgive(key);
  }

  undo(key: string): void {
    this.set(key, this.values[key]);
  }

  discard(): void {
    this.drafts = {};
    this.errors = {};
  }

  changedIn(group: string): boolean {
    return Object.keys(this.drafts).some((key) => key.startsWith(`${group}.`));
  }

  wrongIn(group: string): boolean {
    return Object.keys(this.errors).some((key) => key.startsWith(`${group}.`));
  }

  /** True when everything is saved. */
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
      const saved = await api.settings.change(this.drafts, this.#version);
      this.values = saved.values;
      this.#version = saved.version;
      this.discard();
      toasts.say(words.settings.saved);
      return true;
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 412 || !again) throw error;
    }
    const before = this.values;
    const { values, version } = await api.settings.load();
    this.values = values;
    this.#version = version;
    const both = conflictsOf(before, values, this.drafts);
    // Somebody changed other things: nothing is in the way.
    if (!both.length) return this.#send(false);
    this.conflicts = both.map((key) => ({
      key,
      label: this.schema?.keys.find((one) => one.key === key)?.label ?? key,
      yours: show(this.drafts[key]),
      theirs: show(values[key]),
    }));
    return false;
  }

  /** Of what both changed, these keep the value from here; the others take the server's. */
  async settle(yours: string[]): Promise<void> {
    const given = this.conflicts.map(({ key }) => key).filter((key) => !yours.includes(key));
    this.conflicts = [];
    this.drafts = Object.fromEntries(Object.entries(this.drafts).filter(([key]) => !given.includes(key)));
    if (this.count) await this.save();
    else toasts.say(words.settings.saved);
  }

  async countExpiring(signal: AbortSignal): Promise<void> {
    const values = Object.fromEntries(
      Object.entries(this.drafts).filter(([key]) => key.startsWith('privacy.')),
    );
    const counted = await api.settings.retention(values).catch(() => []);
    if (!signal.aborted) this.expiring = counted;
  }

  /** A value that is being mended is no longer wrong. */
  #forgive(key: string): void {
    if (Object.keys(this.errors).some((at) => at === key || at.startsWith(`${key}.`)))
      this.errors = Object.fromEntries(
        Object.entries(this.errors).filter(([at]) => at !== key && !at.startsWith(`${key}.`)),
      );
  }

  explain(): string {
    return explain(this.error);
  }
}

export const settings = new SettingsState();
