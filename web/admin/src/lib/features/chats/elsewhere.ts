/** Where a search finds more chats than in the view in which it was made. Pure. */
import { activeFilters, withoutFilters, type Filters } from './filters';
import type { ChatSession } from './types';
import type { View } from './views';

/** The same words among all chats; null if that is what is shown already. */
export function widest(filters: Filters): Filters | null {
  const { q, view } = filters;
  if (!q.trim()) return null;
  return view === 'all' && activeFilters(filters).length === 1
    ? null
    : { ...withoutFilters(filters), view: 'all', q };
}

/** The view that says where a chat stands; of colleagues' chats, only the widest. */
export function viewOf({ status, staffId, missed }: ChatSession, me: string | undefined): View {
  if (status === 'waiting') return 'waiting';
  if (status === 'active') return staffId === me ? 'mine' : 'all';
  return missed ? 'missed' : 'closed';
}
