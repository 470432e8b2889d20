/** Values of settings: compared, and shown as text. */
import { own as text } from './strings';
import type { SettingValues } from './types';

export function same(a: unknown, b: unknown): boolean {
  return sorted(a) === sorted(b);
}

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

/** Keys that were changed here and there, to different values. */
export function conflictsOf(before: SettingValues, now: SettingValues, drafts: SettingValues): string[] {
  return Object.keys(drafts).filter((key) => !same(before[key], now[key]) && !same(now[key], drafts[key]));
}

/**
 * The errors that are left when a value changes: those of other keys, and those of its parts that are as they were. When
 * parts of a list move, nobody knows which place is whose, and none is left.
 */
export function stillWrong(
  errors: Record<string, string>,
  key: string,
  before: unknown,
  after: unknown,
): Record<string, string> {
  const stays = (at: string) => {
    if (!at.startsWith(`${key}.`)) return at !== key;
    const path = at.slice(key.length + 1).split('.');
    return !haveMoved(before, after) && same(partOf(before, path), partOf(after, path));
  };
  return Object.fromEntries(Object.entries(errors).filter(([at]) => stays(at)));
}

function haveMoved(before: unknown, after: unknown): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return false;
  return before.length !== after.length || before.filter((part, at) => !same(part, after[at])).length > 1;
}

function partOf(value: unknown, path: string[]): unknown {
  return path.reduce<unknown>(
    (part, name) => (part as Record<string, unknown> | null | undefined)?.[name],
    value,
  );
}

/** A value as a person reads it. */
export function show(value: unknown): string {
  if (value === null || value === undefined || value === '') return text.empty;
  if (value === true) return text.on;
  if (value === false) return text.off;
  if (Array.isArray(value)) return value.length ? value.map(line).join('\n') : text.empty;
  return String(value);
}

function line(part: unknown): string {
  if (!part || typeof part !== 'object') return String(part);
  return Object.values(part)
    .filter((it) => typeof it === 'string' || typeof it === 'number')
    .join(' · ')
    .slice(0, 120);
}
