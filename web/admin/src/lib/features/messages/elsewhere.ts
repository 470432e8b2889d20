/** Where else a search finds messages than in the view in which it was made. Pure. */
import { withoutFilters, type Filters } from './filters';
import type { MessageStatus, MessageSummary } from './types';

/** Other messages that a search finds: how many, and which statuses the newest of them have, by number. */
export interface Elsewhere {
  total: number;
  /** There may be more. */
  more: boolean;
  statuses: [MessageStatus, number][];
}

/** The same words among all messages; null if that is what is shown already. */
export function widest(filters: Filters): Filters | null {
  const { q, sort } = filters;
  if (!q.trim()) return null;
  const all: Filters = { ...withoutFilters(filters), view: 'all', q };
  const narrow =
    filters.view !== 'all' ||
    Object.entries({ ...all, sort }).some(([name, value]) => {
      const here = filters[name as keyof Filters];
      return String(here) !== String(value);
    });
  return narrow ? all : null;
}

/** What `all` finds beyond `here`. */
export function beyond(
  here: { ids: string[]; total: number },
  all: { items: MessageSummary[]; total: number; more: boolean },
): Elsewhere | null {
  const others = all.items.filter(({ id }) => !here.ids.includes(id));
  const total = all.total - here.total;
  if (total <= 0 || !others.length) return null;
  const counted = new Map<MessageStatus, number>();
  for (const { status } of others) counted.set(status, (counted.get(status) ?? 0) + 1);
  const statuses = [...counted].sort(([, a], [, b]) => b - a);
  return { total, more: all.more, statuses };
}
