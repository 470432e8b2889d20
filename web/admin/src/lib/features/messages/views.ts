import type { MessageCounts } from '../../api/types';
import type { View } from './filters';

const CEILING = 1000;

/** How many messages a view holds; null when the server has not said. */
export function countOf(counts: MessageCounts | null, view: View): number | null {
  if (!counts) return null;
  if (view === 'open') return Math.min(CEILING, counts.new + counts.in_progress);
  if (view === 'all') return null;
  return counts[view];
}

/** "" for nothing: a count shows only when it says something. */
export function shownCount(count: number | null): string {
  if (!count) return '';
  return count >= CEILING ? '1,000+' : String(count);
}
