/** The filters of the audit trail, as they appear in the URL. */
import type { AuditQuery } from './api';

export interface Filters {
  q: string;
  actor: string;
  action: string;
  entityType: string;
  entityId: string;
  from: string;
  to: string;
  address: string;
}

const NAMES = ['q', 'actor', 'action', 'entityType', 'entityId', 'from', 'to', 'address'] as const;

export const NONE: Filters = {
  q: '',
  actor: '',
  action: '',
  entityType: '',
  entityId: '',
  from: '',
  to: '',
  address: '',
};

export function parseFilters(search: URLSearchParams): Filters {
  const filters = { ...NONE };
  for (const name of NAMES) filters[name] = search.get(name)?.trim() ?? '';
  return filters;
}

export function toQuery(filters: Filters): AuditQuery {
  const query: AuditQuery = {};
  for (const name of NAMES) if (filters[name]) query[name] = filters[name];
  return query;
}

export function toSearch(filters: Filters): string {
  const text = new URLSearchParams(toQuery(filters)).toString();
  return text ? `?${text}` : '';
}

/** Choosing another type clears the entity. */
export function change(filters: Filters, set: Partial<Filters>): Filters {
  return { ...filters, ...set, ...('entityType' in set ? { entityId: '' } : {}) };
}

/** How many are in use, apart from the search, whose field is always in sight. */
export const inUse = (filters: Filters): number =>
  NAMES.filter((name) => name !== 'q' && name !== 'entityId' && filters[name] !== '').length;

export const isFiltered = (filters: Filters): boolean => NAMES.some((name) => filters[name] !== '');
