/** What a search finds outside the view in which it was made. Pure. */

/** Other rows: how many, and which statuses the newest of them have, by number. */
export interface Elsewhere<Status> {
  total: number;
  /** There may be more. */
  more: boolean;
  statuses: [Status, number][];
}

/** What `all` finds beyond `here`. */
export function beyond<Item extends { id: string }, Status>(
  here: { ids: string[]; total: number },
  all: { items: Item[]; total: number; more: boolean },
  statusOf: (item: Item) => Status,
): Elsewhere<Status> | null {
  const others = all.items.filter(({ id }) => !here.ids.includes(id));
  const total = all.total - here.total;
  if (total <= 0 || !others.length) return null;
  const counted = new Map<Status, number>();
  for (const one of others) counted.set(statusOf(one), (counted.get(statusOf(one)) ?? 0) + 1);
  return { total, more: all.more, statuses: [...counted].sort(([, a], [, b]) => b - a) };
}
