/** Comparing setting values, and showing them as text. */
import { dayLabel } from '../../format/time';
import { currentZone } from '../../format/zones';
import { own as text } from './strings';
import type { Block, Holiday, Opening, SettingKey, SettingValues } from './types';

export function same(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b);
}

export const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length);

/** The settings that are still empty and offer an example to start from. */
export const startable = (keys: readonly SettingKey[], get: (key: string) => unknown): SettingKey[] =>
  keys.filter(({ key, example }) => !isEmpty(example) && isEmpty(get(key)));

/** JSON in which the order of fields does not matter. */
function sorted(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(
          Object.entries(part)
            .filter(([, it]) => it !== null && it !== undefined)
            .sort(([x], [y]) => (x < y ? -1 : 1)),
        )
      : part,
  );
}

/** Keys that were changed on both sides, to different values. */
export function conflictsOf(before: SettingValues, now: SettingValues, drafts: SettingValues): string[] {
  return Object.keys(drafts).filter((key) => !same(before[key], now[key]) && !same(now[key], drafts[key]));
}

/**
 * The errors that remain after a value was changed: fixed parts lose theirs, moved parts take theirs along. `back`: the
 * value equals the server's, so it has no errors.
 */
export function stillWrong(
  errors: Record<string, string>,
  key: string,
  before: unknown,
  after: unknown,
  back = false,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(errors).flatMap(([at, message]) => {
      if (at !== key && !at.startsWith(`${key}.`)) return [[at, message]];
      const path = back ? null : follow(before, after, at.slice(key.length).split('.').slice(1));
      return path ? [[[key, ...path].join('.'), message]] : [];
    }),
  );
}

/** The current path of the part that was at `path`, if it is unchanged. */
function follow(before: unknown, after: unknown, path: string[]): string[] | null {
  const [head, ...rest] = path;
  if (head === undefined || !before || !after || typeof before !== 'object' || typeof after !== 'object')
    return same(before, after) ? path : null;
  if (Array.isArray(before) && Array.isArray(after)) {
    const part: unknown = before[Number(head)];
    const now = same(after[Number(head)], part)
      ? Number(head)
      : after.findIndex((other) => same(other, part));
    if (now >= 0) return [String(now), ...rest];
    // An entry of the list was edited, or it is gone.
    if (before.length !== after.length) return null;
  }
  const part = (value: object) => (value as Record<string, unknown>)[head];
  const inside = follow(part(before), part(after), rest);
  return inside && [head, ...inside];
}

/** A value as readable text: of its kind, if that is known. */
export function show(value: unknown, kind?: SettingKey['kind']): string {
  if (value === null || value === undefined || value === '') return text.empty;
  if (value === true) return text.on;
  if (value === false) return text.off;
  const list = Array.isArray(value) ? (value as unknown[]) : [];
  const labels = kind && 'options' in kind ? kind.options : [];
  const labelOf = (one: unknown) => labels.find((option) => option.value === one)?.label ?? String(one);
  if (kind?.type === 'choice') return labelOf(value);
  if (kind?.type === 'choices') return list.map(labelOf).join('\n') || text.empty;
  if (kind?.type === 'blocks')
    return (list as Block[])
      .map(({ block, shown }) => (shown ? labelOf(block) : text.blocks.hidden(labelOf(block))))
      .join('\n');
  if (kind?.type === 'integer') return kind.unit ? `${String(value)} ${kind.unit}` : String(value);
  if (kind?.type === 'hue') return `${String(value)}°`;
  if (kind?.type === 'picture') return text.picture.some;
  if (kind?.type === 'timeZone') return currentZone(String(value));
  if (kind?.type === 'hours') return (list as Opening[]).map(openingLine).join('\n') || text.closed;
  if (kind?.type === 'holidays') return (list as Holiday[]).map(holidayLine).join('\n') || text.empty;
  if (Array.isArray(value)) return value.length ? value.map(line).join('\n') : text.empty;
  return String(value);
}

const openingLine = ({ day, opens, closes }: Opening) =>
  `${(text.days as Record<string, string>)[day] ?? day} ${opens}–${closes}`;
const holidayLine = ({ name, from, until }: Holiday) =>
  `${name}: ${dayLabel(from, true)}${until ? ` – ${dayLabel(until, true)}` : ''}`;

function line(part: unknown): string {
  if (!part || typeof part !== 'object') return String(part);
  return Object.values(part)
    .filter((it) => typeof it === 'string' || typeof it === 'number')
    .join(' · ')
    .slice(0, 120);
}
