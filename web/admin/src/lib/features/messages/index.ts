/** Messages from clients, and canned replies. */
import type { Slice } from '../../slice/slice';
import { DRAFTS } from '../../writing/stored';
import { counts } from './counts.svelte';
import { frame } from './strings.frame';
import { countOf, pathOfView, viewIn, VIEWS, type View } from './views';

const { notices } = frame;
const allMine = '/messages?view=mine';
/** Nobody waits for the messages in these two. */
const uncounted: View[] = ['archived', 'all'];

export const messages: Slice = {
  name: 'messages',
  routes: ['messages/[[id]]', 'messages/canned', 'messages/rules'],
  entries: [
    {
      id: 'messages',
      label: frame.messages,
      icon: 'inbox',
      path: '/messages',
      needs: 'messages',
      keys: 'g m',
      goTo: frame.goToMessages,
      place: 'tab',
      count: () => countOf(counts.now, 'open'),
      views: (search) =>
        VIEWS.map((view) => ({
          id: view,
          label: frame.views[view],
          path: pathOfView(view),
          here: viewIn(search) === view,
          count: uncounted.includes(view) ? null : countOf(counts.now, view),
        })),
    },
    {
      id: 'canned',
      label: frame.canned,
      icon: 'text',
      path: '/messages/canned',
      needs: 'messages',
      keys: 'g c',
      goTo: frame.goToCanned,
    },
  ],
  commands: VIEWS.filter((view) => view !== 'open').map((view) => ({
    id: `view-${view}`,
    label: frame.viewOf(view),
    icon: 'inbox',
    path: pathOfView(view),
    needs: 'messages',
  })),
  search: {
    what: frame.searched,
    group: frame.messages,
    icon: 'mail',
    needs: 'messages',
    all: (q) => ({
      label: frame.searchFor(q),
      path: `/messages?${new URLSearchParams({ view: 'all', q })}`,
    }),
    find: async (q, signal) => (await import('./search')).find(q, signal),
  },
  palette: () => import('./palette'),
  shortcuts: () => import('./shortcuts'),
  notices: {
    message_created: { icon: 'inbox', says: notices.created, when: notices.createdWhen },
    client_replied: { icon: 'reply', says: notices.replied, when: notices.repliedWhen },
    message_returned: { icon: 'clock', says: notices.returned, when: notices.returnedWhen },
    message_assigned: {
      icon: 'people',
      // For handed-over work, the notice says how much it was and names no message.
      says: (notice) => (notice.entityId ? notices.assigned(notice) : notices.handedOver(notice)),
      path: allMine,
      when: notices.assignedWhen,
    },
    message_mentioned: { icon: 'text', says: notices.mentioned, when: notices.mentionedWhen },
  },
  entities: {
    message: {
      name: frame.entities.message,
      path: (id) => `/messages/${id}?view=all`,
      open: frame.entities.open,
    },
    canned_reply: { name: frame.entities.canned },
    message_rule: { name: frame.entities.rule },
  },
  letters: frame.letters,
  values: { status: frame.status },
  strangers: { 'message.created': frame.stranger, 'message.client_replied': frame.stranger },
  cards: () => import('./cards'),
  work: () => import('./Work.svelte'),
  stops: [
    { id: 'messages', at: 20, ...frame.stops.messages },
    { id: 'canned', at: 40, ...frame.stops.canned },
  ],
  start: () => void counts.load(),
  hear: (notice) => counts.hear(notice),
  forget: () => counts.forget(),
  stored: DRAFTS,
};
