/** The views of the list: named subsets of all chats. */
export const VIEWS = ['open', 'waiting', 'mine', 'all', 'closed', 'missed', 'spam'] as const;
export type View = (typeof VIEWS)[number];

export function viewIn(params: URLSearchParams): View {
  const view = params.get('view') as View;
  return VIEWS.includes(view) ? view : 'open';
}

export const pathOfView = (view: View): string => (view === 'open' ? '/chats' : `/chats?view=${view}`);
