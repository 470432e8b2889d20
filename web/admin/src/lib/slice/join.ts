/**
 * Combines the declarations of a list of slices. Pure: each function takes the list, so tests can pass a made-up one.
 */
import type { Permission } from '../api/types';
import type { Command, Entity, Entry, NoticeWords, Search, Slice, Stop, Told, Tool } from './slice';

export type May = (permission: Permission) => boolean;

/** For `filter`: whether the person has the permission. */
export const allowed =
  (may: May) =>
  ({ needs }: { needs?: Permission }): boolean =>
    !needs || may(needs);

export const entriesOf = (slices: readonly Slice[], may: May): Entry[] =>
  slices.flatMap(({ entries = [] }) => entries).filter(allowed(may));

export const toolsOf = (slices: readonly Slice[], may: May): Tool[] =>
  slices.flatMap(({ tools = [] }) => tools).filter(allowed(may));

/** Whether the path is this entry's page or one below it, unless another entry matches more exactly. */
export function isAt(place: string, entry: Entry, entries: readonly Entry[]): boolean {
  const covers = ({ path }: Entry) => place === path || (path !== '/' && place.startsWith(`${path}/`));
  return covers(entry) && !entries.some((other) => other.path.length > entry.path.length && covers(other));
}

/** An item of the palette. `typed` ones are found only by typing. */
export interface Way extends Command {
  keys?: string;
  typed?: boolean;
}

export function waysOf(slices: readonly Slice[], may: May): Way[] {
  return slices.flatMap(({ entries = [], commands = [] }): Way[] => {
    const [first, ...others] = entries;
    const typed = commands.map((command) => ({ ...command, typed: true }));
    return [...(first ? [first] : []), ...typed, ...others]
      .filter(allowed(may))
      .map(({ id, label, icon, path, ...way }): Way => ({
        ...{ id, label, icon, path },
        keys: 'keys' in way ? way.keys : undefined,
        typed: 'typed' in way,
      }));
  });
}

export const searchesOf = (slices: readonly Slice[], may: May = () => true): Search[] =>
  slices.flatMap(({ search }) => search ?? []).filter(allowed(may));

/** What the shell's keys do, and their text on the help sheet. */
export interface Shortcut {
  keys: string;
  what: string;
  needs?: Permission;
  /** The path they go to, or what they open. */
  does: string | (() => void);
}

export function shortcutsOf(slices: readonly Slice[]): Shortcut[] {
  return slices.flatMap(({ entries = [], tools = [] }) => [
    ...entries.flatMap(({ keys, goTo, label, needs, path }) =>
      keys ? [{ keys, what: goTo ?? label, needs, does: path }] : [],
    ),
    ...tools.flatMap(({ keys, goTo, label, needs, open }) =>
      keys ? [{ keys, what: goTo ?? label, needs, does: open }] : [],
    ),
  ]);
}

/** The first slice's value under this name. */
function find<Value>(
  slices: readonly Slice[],
  part: (slice: Slice) => Record<string, Value> | undefined,
  name: string,
): Value | undefined {
  for (const slice of slices) {
    const values = part(slice);
    if (values && Object.hasOwn(values, name)) return values[name];
  }
  return undefined;
}

export const noticeOf = (slices: readonly Slice[], event: string): NoticeWords | undefined =>
  find(slices, ({ notices }) => notices, event);

export const entityOf = (slices: readonly Slice[], type: string): Entity | undefined =>
  find(slices, ({ entities }) => entities, type);

export const letterOf = (slices: readonly Slice[], template: string): string =>
  find(slices, ({ letters }) => letters, template) ?? template;

export const valuesOf = (slices: readonly Slice[], field: string): Record<string, string> | undefined =>
  find(slices, ({ values }) => values, field);

/** Who acted, if it was not a member of staff; undefined for what the server does by itself. */
export const strangerOf = (slices: readonly Slice[], action: string): string | undefined =>
  find(slices, ({ strangers }) => strangers, action) ??
  find(slices, ({ strangers }) => strangers, action.split('.')[0] ?? '');

export const stepOf = (slices: readonly Slice[], name: string): Told =>
  find(slices, ({ steps }) => steps, name) ?? { title: name, text: '' };

export const stopsOf = (slices: readonly Slice[]): Stop[] =>
  slices.flatMap(({ stops = [] }) => stops).sort((a, b) => a.at - b.at);

/** The page of the entity of a notice, an email or an audit entry, for people who may see it. */
export function pathOf(
  slices: readonly Slice[],
  may: May,
  about: { entityType?: string | null; entityId?: string | null },
): string | undefined {
  const path =
    about.entityType && about.entityId
      ? entityOf(slices, about.entityType)?.path?.(about.entityId)
      : undefined;
  return path !== undefined && mayOpen(slices, may, path) ? path : undefined;
}

/** A page requires what the navigation entry requires that leads to it, or to a page above it. */
function mayOpen(slices: readonly Slice[], may: May, path: string): boolean {
  const entries = slices.flatMap(({ entries = [] }) => entries);
  const place = path.split('?')[0] ?? path;
  return entries.filter((entry) => isAt(place, entry, entries)).every(allowed(may));
}

/**
 * Clears everything when the person leaves. What is stored on the device is removed only when they sign out themselves.
 */
export function forgetAll(
  slices: readonly Slice[],
  byHand: boolean,
  storage: Pick<Storage, 'removeItem'> & Record<string, unknown>,
): void {
  for (const { forget, stored } of slices) {
    forget?.();
    if (byHand && stored)
      for (const key of Object.keys(storage)) if (key.startsWith(stored)) storage.removeItem(key);
  }
}
