/** Message text in the shell: part of the first load. */
import type { MessageStatus } from './types';
import type { View } from './views';

const views: Record<View, string> = {
  open: 'Open',
  mine: 'Mine',
  unassigned: 'Unassigned',
  snoozed: 'Snoozed',
  replied: 'Replied',
  converted: 'Converted',
  archived: 'Archived',
  spam: 'Spam',
  all: 'All',
};

const who = (notice: { subject?: string | null }) => notice.subject ?? 'a client';

export const frame = {
  messages: 'Messages',
  goToMessages: 'Go to messages',
  canned: 'Canned replies',
  goToCanned: 'Go to canned replies',
  views,
  viewOf: (view: View) => `Messages: ${views[view]}`,
  searched: 'messages',
  searchFor: (q: string) => `Search all messages for “${q}”`,

  status: {
    new: 'New',
    in_progress: 'In progress',
    replied: 'Replied',
    converted: 'Converted',
    archived: 'Archived',
    spam: 'Spam',
  } satisfies Record<MessageStatus, string>,

  notices: {
    created: (notice: { subject?: string | null }) => `New message from ${who(notice)}`,
    createdWhen: 'when a new message arrives',
    replied: (notice: { subject?: string | null }) => `${notice.subject ?? 'A client'} has replied`,
    repliedWhen: 'when a client replies to me or to an unassigned message',
    assigned: (notice: { subject?: string | null; actor?: string | null; detail?: string | null }) =>
      `${notice.actor ?? (notice.detail ? `The rule “${notice.detail}”` : 'A colleague')} assigned you the message from ${who(notice)}`,
    returned: (notice: { subject?: string | null; detail?: string | null }) =>
      notice.detail === 'follow_up'
        ? `Time to follow up with ${who(notice)}`
        : `The message from ${who(notice)} is back: its snooze is over`,
    returnedWhen: 'when a snoozed message comes back or a follow-up is due',
    handedOver: (notice: { actor?: string | null; detail?: string | null }) =>
      `${notice.actor ?? 'A colleague'} assigned you ${notice.detail ?? 'open work'}`,
    assignedWhen: 'when a colleague or a rule assigns me a message',
    mentioned: (notice: { subject?: string | null; actor?: string | null }) =>
      `${notice.actor ?? 'A colleague'} mentioned you in a note about ${who(notice)}`,
    mentionedWhen: 'when a colleague mentions me in a note',
  },

  entities: { message: 'message', open: 'Open the message', canned: 'canned reply', rule: 'rule' },
  stranger: 'A client',
  letters: {
    reply: 'Your reply',
    contact_confirmation: 'Confirmation to the client',
    contact_notice: 'Notice of a new message',
    client_reply_notice: 'Notice of a client’s reply',
    message_assigned: 'Notice of an assignment',
    message_mentioned: 'Notice of a mention',
    spam_report: 'Weekly list of spam',
  },
  stops: {
    messages: {
      title: 'Messages',
      text: 'What clients write arrives here. Move with j and k, reply with r.',
    },
    canned: { title: 'Canned replies', text: 'Texts for replies you send often. Type ; while replying.' },
  },
};
