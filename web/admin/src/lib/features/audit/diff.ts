/** The changes of an entry as readable rows. */
import { valuesOf } from '../../slice/join';
import type { Slice } from '../../slice/slice';
import { words } from '../../strings';
import { own } from './strings';
import type { AuditItem } from './types';

export interface DiffRow {
  field: string;
  /** Null: the entry records a fact that has no previous value. */
  before: string | null;
  after: string;
}

/** What a page knows about a field of its own. */
export interface FieldWords {
  label: string;
  show: (value: unknown) => string;
}
/** Undefined: the field is not shown. */
export type Describe = (field: string) => FieldWords | undefined;

/** `describe` comes from a page that shows only fields of its own, in its own words. */
export function rowsOf(
  entry: Pick<AuditItem, 'changes' | 'people'>,
  slices: readonly Slice[],
  describe?: Describe,
): DiffRow[] {
  const changes = (entry.changes ?? {}) as Record<string, { from?: unknown; to?: unknown }>;
  const names = new Map(entry.people.map((person) => [person.id, person.name]));
  return Object.entries(changes).flatMap(([field, change]) => {
    const words = describe
      ? describe(field)
      : { label: field, show: (value: unknown) => shown(value, names, called(slices, field)) };
    if (!words) return [];
    const before = 'from' in change ? words.show(change.from) : null;
    return [{ field: words.label, before, after: words.show(change.to) }];
  });
}

/** The dashboard's labels for the values of this field. */
const called = (slices: readonly Slice[], field: string) =>
  field === 'role' ? (words.roles as Record<string, string>) : valuesOf(slices, field);

function shown(value: unknown, names: Map<string, string>, words?: Record<string, string>): string {
  if (value === null || value === undefined || value === '') return own.nothing;
  if (typeof value === 'string') return words?.[value] ?? names.get(value) ?? value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.length ? value.map((item) => shown(item, names)).join(', ') : own.nothing;
  if (typeof value === 'boolean') return value ? own.yes : own.no;
  if (typeof value !== 'object') return String(value);
  const lines = Array.isArray(value) ? value.map((part) => parts(part).join(' · ')) : parts(value);
  return lines.join('\n') || own.nothing;
}

/** The parts of an object by name: never JSON, which is for programs. */
const parts = (value: unknown): string[] =>
  value && typeof value === 'object'
    ? Object.entries(value)
        .filter(([, part]) => part !== null && part !== '')
        .map(([name, part]) => `${name}: ${typeof part === 'object' ? parts(part).join(', ') : String(part)}`)
    : [String(value)];
