/** What an entry changed, in rows that one can read. */
import type { AuditItem } from '../../api/types';
import { words } from '../../strings';

export interface DiffRow {
  field: string;
  /** Null: the entry notes a fact that has no value before. */
  before: string | null;
  after: string;
}

export function rowsOf(entry: Pick<AuditItem, 'changes' | 'people'>): DiffRow[] {
  const changes = (entry.changes ?? {}) as Record<string, { from?: unknown; to?: unknown }>;
  const names = new Map(entry.people.map((person) => [person.id, person.name]));
  return Object.entries(changes).map(([field, change]) => ({
    field,
    before: 'from' in change ? shown(change.from, names, VALUES[field]) : null,
    after: shown(change.to, names, VALUES[field]),
  }));
}

/** What the rest of the dashboard calls the values of these fields. */
const VALUES: Partial<Record<string, Record<string, string>>> = {
  status: words.status,
  role: words.roles,
  state: words.staff.states,
};

function shown(value: unknown, names: Map<string, string>, called?: Record<string, string>): string {
  if (value === null || value === undefined || value === '') return words.audit.nothing;
  if (typeof value === 'string') return called?.[value] ?? names.get(value) ?? value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string'))
    return value.length ? value.map((item) => shown(item, names)).join(', ') : words.audit.nothing;
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}
