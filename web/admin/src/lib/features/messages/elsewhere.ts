/** Where a search finds more messages than in the view in which it was made. Pure. */
import { withoutFilters, type Filters } from './filters';

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
