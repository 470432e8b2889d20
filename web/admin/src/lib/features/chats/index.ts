/** Live chat with visitors of the site. */
import type { Slice } from '../../slice/slice';
import { desk } from './desk.svelte';
import { OUTBOX } from './stored';
import { frame } from './strings.frame';
import { pathOfView, viewIn, VIEWS } from './views';

const { notices } = frame;

export const chats: Slice = {
  name: 'chats',
  routes: ['chats/[[id]]'],
  entries: [
    {
      id: 'chats',
      label: frame.chats,
      icon: 'chat',
      path: '/chats',
      needs: 'chats',
      keys: 'g h',
      goTo: frame.goToChats,
      place: 'tab',
      count: () => desk.count,
      views: (search) =>
        VIEWS.map((view) => ({
          id: view,
          label: frame.views[view],
          path: pathOfView(view),
          here: viewIn(search) === view,
          count: view === 'waiting' ? desk.waiting.length : view === 'mine' ? desk.mine.length : null,
        })),
    },
  ],
  commands: VIEWS.filter((view) => view !== 'open').map((view) => ({
    id: `chats-${view}`,
    label: frame.viewOf(view),
    icon: 'chat',
    path: pathOfView(view),
    needs: 'chats',
  })),
  search: {
    what: frame.searched,
    group: frame.chats,
    icon: 'chat',
    needs: 'chats',
    all: (q) => ({
      label: frame.searchFor(q),
      path: `/chats?${new URLSearchParams({ view: 'all', q })}`,
    }),
    find: async (q, signal) => (await import('./search')).find(q, signal),
  },
  palette: () => import('./palette'),
  shortcuts: () => import('./shortcuts'),
  tools: [
    {
      id: 'available',
      label: frame.available,
      icon: 'user',
      needs: 'chats',
      keys: 'g v',
      goTo: frame.switch,
      on: () => desk.available,
      name: () => frame.available,
      count: () => 0,
      waiting: '',
      said: () => frame.waiting(desk.waiting.length),
      open: () => desk.setAvailable(!desk.available),
    },
  ],
  notices: {
    chat_waiting: { icon: 'chat', says: () => notices.waiting, when: notices.waitingWhen },
    chat_assigned: {
      icon: 'people',
      says: notices.assigned,
      path: '/chats?view=mine',
      when: notices.assignedWhen,
    },
    chat_mentioned: { icon: 'text', says: notices.mentioned, when: notices.mentionedWhen },
  },
  letters: frame.letters,
  entities: {
    chat: { name: frame.entities.chat, path: (id) => `/chats/${id}?view=all`, open: frame.entities.open },
  },
  strangers: { chat: frame.stranger },
  cards: () => import('./cards'),
  steps: { chat: frame.step },
  stops: [{ id: 'chats', at: 35, ...frame.stop }],
  frames: (it) => desk.frames(it),
  forget: () => desk.forget(),
  stored: OUTBOX,
};
