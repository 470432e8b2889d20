/** Converts between the list's filters, the address bar and the server query. Pure. */
import type { MessageQuery } from './api';
import { MESSAGE_STATUSES, type MessageStatus, type MessageSummary } from './types';
import { viewIn, type View } from './views';

export interface Filters {
  view: View;
  status: MessageStatus[];
  service: string;
  assignedTo: string;
  tag: string;
  from: string;
  to: string;
  q: string;
  sort: Sort;
}

/** The order of the list. The first is the default. */
export const SORTS = ['activity', 'waiting', 'newest', 'oldest'] as const;
export type Sort = (typeof SORTS)[number];

const OPEN: MessageStatus[] = ['new', 'in_progress'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function parseFilters(params: URLSearchParams): Filters {
  const date = (name: string) => (DATE.test(params.get(name) ?? '') ? (params.get(name) as string) : '');
  return {
    view: viewIn(params),
    status: (params.get('status') ?? '')
      .split(',')
      .filter((part): part is MessageStatus => (MESSAGE_STATUSES as readonly string[]).includes(part)),
    service: params.get('service') ?? '',
    assignedTo: params.get('assignedTo') ?? '',
    tag: params.get('tag') ?? '',
    from: date('from'),
    to: date('to'),
    q: params.get('q') ?? '',
    sort: SORTS.find((sort) => sort === params.get('sort')) ?? 'activity',
  };
}

/** "" or "?view=mine&q=…": only what differs from the default, in a fixed order. */
export function toSearch(filters: Filters): string {
  const params = new URLSearchParams();
  if (filters.view !== 'open') params.set('view', filters.view);
  if (filters.status.length) params.set('status', filters.status.join(','));
  for (const name of ['service', 'assignedTo', 'tag', 'from', 'to', 'q'] as const)
    if (filters[name]) params.set(name, filters[name]);
  if (filters.sort !== 'activity') params.set('sort', filters.sort);
  const text = params.toString();
  return text ? `?${text}` : '';
}

export function toQuery(filters: Filters): MessageQuery {
  const query: MessageQuery = {};
  // Without one, the server chooses: by activity, or by arrival if days are asked for.
  if (filters.sort !== 'activity') query.sort = filters.sort;
  const ofView = viewStatuses(filters.view);
  const status = filters.status.length ? filters.status : ofView;
  if (status.length) query.status = status.join(',');
  if (filters.assignedTo) query.assignedTo = filters.assignedTo;
  else if (filters.view === 'mine') query.assignedTo = 'me';
  else if (filters.view === 'unassigned') query.assignedTo = 'none';
  // A search in Open finds what is snoozed as well: nobody looks for it elsewhere.
  if (filters.view === 'snoozed') query.snoozed = true;
  else if (isOpen(filters.view) && !filters.q.trim()) query.snoozed = false;
  for (const name of ['service', 'tag', 'from', 'to'] as const)
    if (filters[name]) query[name] = filters[name];
  if (filters.q.trim()) query.q = filters.q.trim();
  return query;
}

const isOpen = (view: View) => view === 'open' || view === 'mine' || view === 'unassigned';

function viewStatuses(view: View): MessageStatus[] {
  if (view === 'open' || view === 'mine' || view === 'unassigned' || view === 'snoozed') return OPEN;
  return view === 'all' ? [] : [view];
}

/** The active filters besides the view itself. */
export function activeFilters(filters: Filters): (keyof Filters)[] {
  const names: (keyof Filters)[] = [];
  if (filters.status.length) names.push('status');
  for (const name of ['service', 'assignedTo', 'tag', 'from', 'to', 'q'] as const)
    if (filters[name]) names.push(name);
  return names;
}

export function withoutFilters(filters: Filters): Filters {
  return { ...filters, status: [], service: '', assignedTo: '', tag: '', from: '', to: '', q: '' };
}

/** Whether a message that has just changed still belongs in the list (ignoring search and dates). */
export function stillFits(message: MessageSummary, filters: Filters, me: string | undefined): boolean {
  const query = toQuery(filters);
  if (query.status && !query.status.split(',').includes(message.status)) return false;
  if (query.snoozed !== undefined && query.snoozed !== (message.snoozedUntil !== null)) return false;
  if (query.sort === 'waiting' && message.waitingSince === null) return false;
  const owner = message.assignedTo?.id ?? null;
  if (query.assignedTo === 'me' && owner !== me) return false;
  if (query.assignedTo === 'none' && owner !== null) return false;
  if (query.assignedTo && !['me', 'none'].includes(query.assignedTo) && owner !== query.assignedTo)
    return false;
  return !query.tag || message.tags.includes(query.tag);
}
