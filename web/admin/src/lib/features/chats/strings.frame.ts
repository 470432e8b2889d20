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
  entities: { chat: 'chat', open: 'Open the chat' },
  stranger: 'A visitor',
  waits: 'Waiting for',
  stop: { title: 'Chats', text: 'Visitors who write on your site wait here. Press w to take the next one.' },
};
