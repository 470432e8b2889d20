/** Text of the API token pages. */
import type { Permission } from '../../api/types';
import { plural } from '../../format/plural';
import type { TokenState } from './types';

export const own = {
  title: 'API tokens',
  intro: 'With a token, a program calls the API in your name. It can never do more than you can.',
  docs: 'How to call the API',
  add: 'New token',
  name: 'Name',
  nameHint: 'What it is for, so you recognise it later.',
  permissions: 'Permissions',
  expires: 'Expires after',
  days: (n: number) => (n === 365 ? 'one year' : plural(n, 'day', 'days')),
  make: 'Create token',
  madeTitle: 'Copy the token now',
  madeText: 'It is shown only once. We store only a hash of it.',
  copy: 'Copy token',
  done: 'I have saved it',
  more: 'Load more',
  leaving: {
    title: 'Leave without the token?',
    text: (name: string) =>
      `You haven’t copied the token “${name}” yet, and it can’t be shown again. You would have to create a new one.`,
    stay: 'Stay',
    leave: 'Leave',
  },
  emptyTitle: 'No tokens yet',
  emptyText: 'Create one for a program that reads messages or fetches reports.',
  by: (name: string) => `in the name of ${name}`,
  used: 'Last used',
  neverUsed: 'Never used',
  /** Before the day on which it ends or ended. A token whose owner has left has no such day. */
  end: { active: 'Expires', expired: 'Expired', revoked: 'Revoked' },
  revoke: 'Revoke',
  revokeTitle: 'Revoke this token?',
  revokeText: (name: string) => `Programs that use “${name}” will be refused at once. This cannot be undone.`,
  revoked: 'Token revoked',
  state: {
    active: 'Active',
    expired: 'Expired',
    revoked: 'Revoked',
    orphaned: 'Owner has left',
  } satisfies Record<TokenState, string>,
  /** What a program can do with each, for those that are offered. */
  can: {
    messages: 'Read, change, reply to and export all client messages',
    staff: 'List people, unlock their sign-in and sign them out; it cannot invite or change anyone',
    audit: 'Read, check and export the audit trail',
    settings: 'Read and change the settings, except sensitive ones such as security',
    privacy: 'With Settings: read and change how long client data is kept',
  } as Partial<Record<Permission, string>>,
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
