/** The views of the list: named subsets of all messages. */
import type { MessageCounts } from './types';

export const VIEWS = [
  'open',
  'mine',
  'unassigned',
  'snoozed',
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

/** The number of messages in a view; null if it is unknown. */
export function countOf(counts: MessageCounts | null, view: View): number | null {
  if (!counts) return null;
  if (view === 'all') return null;
  return counts[view];
}
