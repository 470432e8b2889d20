/** Two people edited one person: the differences, field by field, and both values. */
import { PERMISSIONS, type Permission, type Role } from '../../api/types';

export interface Edited {
  name: string;
  email: string;
  role: Role;
  permissions: Permission[];
}
export type Field = keyof Edited;
export type Side = 'yours' | 'theirs';

export const FIELDS: Field[] = ['name', 'email', 'role', 'permissions'];

const same = (a: Edited[Field], b: Edited[Field]) =>
  Array.isArray(a) && Array.isArray(b)
    ? PERMISSIONS.every((name) => a.includes(name) === b.includes(name))
    : a === b;

/** The fields of `to` that differ from `from`: what has to be sent. */
export function changed(from: Edited, to: Edited): Partial<Edited> {
  return Object.fromEntries(
    FIELDS.filter((field) => !same(from[field], to[field])).map((field) => [field, to[field]]),
  );
}

export interface Difference {
  field: Field;
  yours: Edited[Field];
  theirs: Edited[Field];
  /** The side that changed it; yours if both did. */
  side: Side;
}

/** The differences between what was typed and what is stored now; `base` is the common starting point. */
export function differences(base: Edited, yours: Edited, theirs: Edited): Difference[] {
  return FIELDS.filter((field) => !same(yours[field], theirs[field])).map((field) => ({
    field,
    yours: yours[field],
    theirs: theirs[field],
    side: same(base[field], yours[field]) ? 'theirs' : 'yours',
  }));
}

/** The stored values, with the chosen fields from what was typed. */
export function merged(theirs: Edited, yours: Edited, choice: Partial<Record<Field, Side>>): Edited {
  const result = { ...theirs };
  for (const field of FIELDS) if (choice[field] === 'yours') Object.assign(result, { [field]: yours[field] });
  return result;
}
