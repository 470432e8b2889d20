/** The views of the list: parts of all messages that one goes to by name. */
import type { MessageCounts } from './types';

export const VIEWS = [
  'open',
  'mine',
  'unassigned',
  'replied',
  'converted',
  'archived',
  'spam',
  'all',
] as const;
export type View = (typeof VIEWS)[number];

export function viewIn(params: URLSearchParams): View {
  const view = params.get('view') as View;
  return VIEWS.includes(view) ? view : 'open';
}

export const pathOfView = (view: View): string => (view === 'open' ? '/messages' : `/messages?view=${view}`);

/** The server counts no further than this. */
const CEILING = 1000;

/** How many messages a view holds; null when the server has not said. */
export function countOf(counts: MessageCounts | null, view: View): number | null {
  if (!counts) return null;
  if (view === 'open') return Math.min(CEILING, counts.new + counts.in_progress);
  if (view === 'all') return null;
  return counts[view];
}
