/** The words of the audit trail, of notices and of API tokens. */
import type { Notification, NotificationEvent, Permission, TokenState } from '../../api/types';
import { plural } from '../../format/plural';

export const audit = {
  title: 'Audit trail',
  intro: 'Who did what, when and from where. Nothing here can be changed without the seal showing it.',
  search: 'Search actions',
  searchHint: 'Such as “wrong password”',
  filters: 'Filters',
  actor: 'Who',
  action: 'What',
  type: 'About',
  address: 'Network address',
  any: 'Any',
  everything: 'Everything',
  group: (name: string) => `All of “${name}”`,
  tokens: 'API tokens',
  people: 'People',
  clear: 'Clear filters',
  only: (what: string) => `Only the history of one ${what}`,
  total: (n: number, more: boolean) =>
    `${n.toLocaleString('en-GB')}${more ? '+' : ''} ${n === 1 && !more ? 'entry' : 'entries'}`,
  loadMore: 'Load more',
  emptyTitle: 'No entry fits',
  emptyText: 'Nothing was done that these filters ask for.',
  list: 'Entries',
  withToken: (token: string) => `with the API token ${token}`,
  types: {
    message: 'message',
    staff: 'staff',
    settings: 'settings',
    auth: 'sign-in',
    audit: 'audit trail',
    mail: 'mail',
    canned_reply: 'canned reply',
    api_token: 'API token',
    demo: 'sample data',
  } as Record<string, string>,

  changes: 'What changed',
  field: 'Field',
  before: 'Before',
  after: 'After',
  nothing: 'nothing',
  noChanges: 'This entry changed no field.',
  facts: {
    seq: 'Place in the chain',
    notSealed: 'Sealed within a second',
    at: 'Time',
    action: 'Action',
    entity: 'About',
    address: 'Network address',
    agent: 'Program',
    request: 'Request',
    id: 'Entry',
  },
  openMessage: 'Open the message',

  export: 'Export',
  exportCsv: 'Export as CSV',
  exportJson: 'Export as JSON lines',

  seal: 'Seal',
  sealText: 'Keep the head somewhere else: it proves if the end is ever cut off.',
  head: 'Head of the chain',
  noHead: 'The first entry is being sealed.',
  copyHead: 'Copy the head',
  entries: (n: number) => plural(n, 'sealed entry', 'sealed entries'),
  verify: 'Verify',
  stop: 'Stop',
  verifying: (done: number, total: number) =>
    `${done.toLocaleString('en-GB')} of ${total.toLocaleString('en-GB')} entries checked`,
  starting: 'Starting',
  keptHead: 'A head that you kept',
  keptHint: 'Paste it, or choose the mail that holds it.',
  chooseFile: 'Choose a file',
  noHeadInFile: 'There is no head in this file.',
  holds: (n: number, waiting: number) =>
    `The trail holds: ${plural(n, 'entry', 'entries')} checked${waiting ? `, ${waiting} wait for their seal` : ''}.`,
  holdsWithHead: 'The head that you kept is on it.',
  broken: (seq: number, reason: string) =>
    `The trail is broken at entry ${seq.toLocaleString('en-GB')}: ${reason}.`,
  brokenText: (n: number) =>
    n === 1 ? 'The one entry before it holds.' : `The ${n.toLocaleString('en-GB')} entries before it hold.`,
  failed: 'The trail could not be read to its end. Try again in a moment.',
  stopped: 'Stopped',

  history: 'History',
  openTrail: 'Open in the audit trail',
};

const who = (notice: Notification) => notice.subject ?? 'a client';

export const notices = {
  title: 'Notifications',
  bell: (unread: number) =>
    unread ? `Notifications, ${unread > 99 ? 'more than 99' : unread} unread` : 'Notifications',
  waiting: ' not read yet',
  arrived: (n: number) => plural(n, 'new notification', 'new notifications'),
  readAll: 'Mark all as read',
  unread: 'Unread',
  more: 'Load more',
  emptyTitle: 'Nothing new',
  emptyText: 'New messages, answers of clients and what colleagues give you are told here.',
  choose: 'Choose what you are told of',
  says: (notice: Notification): string => {
    switch (notice.event) {
      case 'message_created':
        return `New message from ${who(notice)}`;
      case 'client_replied':
        return `${notice.subject ?? 'A client'} has answered`;
      case 'message_assigned':
        // Of open work that was handed over, the notice says how much it was and names no message.
        return notice.entityId
          ? `${notice.actor ?? 'A colleague'} gave you the message from ${who(notice)}`
          : `${notice.actor ?? 'A colleague'} gave you ${notice.detail ?? 'open work'}`;
      case 'mail_failed':
        return notice.subject
          ? `A mail about the message from ${notice.subject} could not be delivered`
          : 'A mail could not be delivered';
      case 'new_device':
        return `New sign-in to your account: ${notice.detail ?? 'unknown device'}`;
      default:
        return 'Something happened';
    }
  },
  preferences: {
    event: 'Tell me',
    app: 'Here',
    mail: 'By mail',
    always: 'Always',
    never: 'Never',
    events: {
      message_created: 'when somebody writes',
      client_replied: 'when a client answers me, or nobody has the message',
      message_assigned: 'when a colleague gives me a message',
      mail_failed: 'when a mail could not be delivered',
      new_device: 'when my account is used on a new device',
      audit_head: 'the head of the audit trail, once a week',
    } satisfies Record<NotificationEvent, string>,
  },
};

export const tokens = {
  title: 'API tokens',
  intro: 'With a token, a program calls the API in your name. It never may more than you may.',
  docs: 'How to call the API',
  add: 'New token',
  name: 'Name',
  nameHint: 'What it is for, so that you know it again.',
  permissions: 'It may work with',
  expires: 'It works for',
  days: (n: number) => (n === 365 ? 'one year' : plural(n, 'day', 'days')),
  make: 'Make token',
  madeTitle: 'Copy the token now',
  madeText: 'It is shown this once. We keep only its fingerprint.',
  copy: 'Copy token',
  done: 'I have kept it',
  emptyTitle: 'No tokens yet',
  emptyText: 'Make one for a program that is to read messages or fetch reports.',
  by: (name: string) => `in the name of ${name}`,
  used: 'Last used',
  neverUsed: 'Never used',
  ends: 'Ends',
  ended: 'Ended',
  revoke: 'Revoke',
  revokeTitle: 'Revoke this token?',
  revokeText: (name: string) => `Programs that use “${name}” are refused at once. This cannot be undone.`,
  revoked: 'Token revoked',
  state: {
    active: 'Active',
    expired: 'Expired',
    revoked: 'Revoked',
    orphaned: 'Its person has left',
  } satisfies Record<TokenState, string>,
  areas: {
    messages: 'Messages',
    chats: 'Chats',
    consultations: 'Consultations',
    newsletter: 'Newsletter',
    analytics: 'Analytics',
    performance: 'Performance',
    staff: 'Staff',
    audit: 'Audit trail',
    settings: 'Settings',
    privacy: 'Privacy',
  } satisfies Record<Permission, string>,
};
