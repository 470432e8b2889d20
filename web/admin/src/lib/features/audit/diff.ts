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

export function rowsOf(entry: Pick<AuditItem, 'changes' | 'people'>, slices: readonly Slice[]): DiffRow[] {
  const changes = (entry.changes ?? {}) as Record<string, { from?: unknown; to?: unknown }>;
  const names = new Map(entry.people.map((person) => [person.id, person.name]));
  return Object.entries(changes).map(([field, change]) => ({
    field,
    before: 'from' in change ? shown(change.from, names, called(slices, field)) : null,
    after: shown(change.to, names, called(slices, field)),
  }));
}

/** The dashboard's labels for the values of this field. */
const called = (slices: readonly Slice[], field: string) =>
  field === 'role' ? (words.roles as Record<string, string>) : valuesOf(slices, field);

function shown(value: unknown, names: Map<string, string>, words?: Record<string, string>): string {
  if (value === null || value === undefined || value === '') return own.nothing;
  if (typeof value === 'string') return words?.[value] ?? names.get(value) ?? value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.length ? value.map((item) => shown(item, names)).join(', ') : own.nothing;
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}
