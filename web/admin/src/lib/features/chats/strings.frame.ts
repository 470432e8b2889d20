/** Text of chats in the frame: navigation, palette, notices and the audit trail. */
import type { View } from './views';

const views: Record<View, string> = {
  open: 'Waiting and mine',
  waiting: 'Waiting',
  mine: 'Mine',
  all: 'All',
  closed: 'Closed',
  missed: 'Missed',
  spam: 'Spam',
};

export const frame = {
  chats: 'Chats',
  goToChats: 'Go to chats',
  views,
  viewOf: (view: View) => `Chats: ${views[view]}`,
  searched: 'chats',
  searchFor: (q: string) => `Search all chats for “${q}”`,
  available: 'Available for chats',
  switch: 'Switch availability for chats',
  waiting: (n: number) => (n === 1 ? '1 chat is waiting' : n ? `${n} chats are waiting` : ''),
  notices: {
    waiting: 'A visitor is waiting in chat',
    waitingWhen: 'when a visitor is waiting in chat',
    assigned: (notice: { actor?: string | null; detail?: string | null }) =>
      notice.actor
        ? `${notice.actor} assigned you ${notice.detail ?? 'a chat'}`
        : `You were assigned ${notice.detail ?? 'a chat'}`,
    assignedWhen: 'when a chat is assigned to me',
    mentioned: (notice: { actor?: string | null }) =>
      `${notice.actor ?? 'A colleague'} mentioned you in a chat note`,
    mentionedWhen: 'when a colleague mentions me in a chat note',
  },
  letters: {
    chat_reply: 'A reply from the chat',
    chat_copy: 'Copy of a chat for the visitor',
    chat_mentioned: 'Notice of a mention in a chat',
  },
  entities: { chat: 'chat', open: 'Open the chat' },
  stranger: 'A visitor',
  /** One who gave no name; the same one everywhere. */
  visitor: (id: string) => `Visitor ${id.slice(-4).toUpperCase()}`,
  waits: 'Waiting for',
  step: {
    title: 'Greet your visitors',
    text: 'Write the greeting of the chat on your site, or turn chat off.',
  },
  stop: {
    title: 'Chats',
    text: 'Visitors who start a chat on your site wait here. Press w to take the next one.',
  },
};
