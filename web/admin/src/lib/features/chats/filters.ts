/** Converts between the list's filters, the address bar and the server query. Pure. */
import type { ChatQuery } from './api';
import type { ChatSession } from './types';
import { viewIn, type View } from './views';

export interface Filters {
  view: View;
  assignedTo: string;
  tag: string;
  from: string;
  to: string;
  q: string;
}

const NAMES = ['assignedTo', 'tag', 'from', 'to', 'q'] as const;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function parseFilters(params: URLSearchParams): Filters {
  const date = (name: string) => (DATE.test(params.get(name) ?? '') ? (params.get(name) as string) : '');
  return {
    view: viewIn(params),
    assignedTo: params.get('assignedTo') ?? '',
    tag: params.get('tag') ?? '',
    from: date('from'),
    to: date('to'),
    q: params.get('q') ?? '',
  };
}

/** "" or "?view=mine&q=…": only what differs from the default, in a fixed order. */
export function toSearch(filters: Filters): string {
  const params = new URLSearchParams();
  if (filters.view !== 'open') params.set('view', filters.view);
  for (const name of NAMES) if (filters[name]) params.set(name, filters[name]);
  const text = params.toString();
  return text ? `?${text}` : '';
}

const STATUS: Record<View, string> = {
  open: 'waiting,active',
  waiting: 'waiting',
  mine: 'active',
  all: '',
  closed: 'closed',
  missed: 'missed',
  spam: 'spam',
};

export function toQuery(filters: Filters): ChatQuery {
  const query: ChatQuery = {};
  if (STATUS[filters.view]) query.status = STATUS[filters.view];
  if (filters.view === 'mine') query.assignedTo = 'me';
  for (const name of NAMES) if (filters[name].trim()) query[name] = filters[name].trim();
  return query;
}

export const activeFilters = (filters: Filters): (typeof NAMES)[number][] =>
  NAMES.filter((name) => filters[name]);

export const withoutFilters = ({ view }: Filters): Filters => ({
  ...{ view, assignedTo: '', tag: '', from: '', to: '', q: '' },
});

/** Whether the socket knows the whole list: nothing has to be asked for. */
export const isLive = (filters: Filters): boolean =>
  ['open', 'waiting', 'mine'].includes(filters.view) && activeFilters(filters).length === 0;

/** Whether a session that has just changed still belongs in the list (ignoring search and dates). */
export function stillFits(one: ChatSession, filters: Filters, me: string | undefined): boolean {
  const { view, assignedTo, tag } = filters;
  if (one.isSpam !== (view === 'spam')) return false;
  const owner = view === 'mine' ? 'me' : assignedTo;
  if (owner && owner !== 'none' && one.staffId !== (owner === 'me' ? me : owner)) return false;
  if (owner === 'none' && one.staffId) return false;
  if (tag && !one.tags.includes(tag)) return false;
  if (view === 'missed') return one.missed;
  return view === 'all' || view === 'spam' || STATUS[view].split(',').includes(one.status);
}
