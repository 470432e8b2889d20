/** Text of the staff pages: the list, invitations, one person, import, pictures. */
import type { Permission } from '../../api/types';
import { plural } from '../../format/plural';

/** Permissions that nothing in this version asks for. */
const NOT_YET = 'Opens nothing in this version';

/** For each permission its name, and what one can do with it: not more, not less. */
export const own = {
  title: 'Staff',
  intro: 'Who can sign in, and what they can do.',
  invite: 'Invite',
  import: 'Import',
  search: 'Search staff',
  role: 'Role',
  state: 'Status',
  anyRole: 'Any role',
  anyState: 'Any status',
  total: (n: number) => plural(n, 'person', 'people'),
  lastLogin: 'Last sign-in',
  never: 'Never',
  noneTitle: 'No matching people',
  noneText: 'Nobody matches this search. Change it, or clear it.',
  clear: 'Clear search',
  aloneTitle: 'It’s only you so far',
  aloneText: 'Invite a colleague: they get a link by email and choose their own password.',
  more: 'Load more',
  name: 'Name',
  email: 'Email',
  notFoundTitle: 'Person not found',
  notFoundText: 'The account was deleted, or the invitation was withdrawn.',
  back: 'All staff',
  you: 'This is you',

  permissions: {
    messages: [
      'Messages',
      'Read, assign, tag and reply to all client messages, export them, block senders, edit canned replies',
    ],
    chats: ['Live chat', NOT_YET],
    consultations: ['Consultations', NOT_YET],
    newsletter: ['Newsletter', NOT_YET],
    analytics: ['Analytics', NOT_YET],
    performance: ['Performance', NOT_YET],
    staff: [
      'Staff',
      'Invite, change, deactivate and delete people, sign them out, remove their second factor. With Settings: change the security settings',
    ],
    audit: ['Audit', 'Read, check and export who did what, when and from which network address'],
    settings: ['Settings', 'Change the site, the hours, emails and notifications, and create API tokens'],
    privacy: ['Privacy', 'With Settings: change the consent text and how long client data is kept'],
  } satisfies Record<Permission, [string, string]>,
  rights: 'Permissions',
  adminRights: 'An admin can do everything.',
  lacking: 'You don’t have this permission, so you can’t give it.',
  adminLacking: 'Only an admin can make an admin.',

  inviteTitle: 'Invite a person',
  inviteText: 'They get an email with a link that works for 7 days, and choose their own password.',
  sendInvite: 'Send invitation',
  invited: (name: string) => `${name} is invited`,
  inviteUntil: 'Invitation valid until',
  inviteOver: 'The invitation has expired. Send it again.',
  resend: 'Send invitation again',
  resent: 'The invitation is on its way again',
  withdraw: 'Withdraw invitation',
  withdrawTitle: 'Withdraw the invitation?',
  withdrawText: (name: string) => `The link for ${name} stops working, and nothing about them is kept.`,
  withdrawn: 'Invitation withdrawn',

  tabs: { about: 'Account and permissions', access: 'Sign-in and devices', work: 'Open work' },
  beyond:
    'This person has permissions that you don’t have. You can look, but only someone with those permissions can change them.',
  saved: 'Saved',

  merge: {
    title: 'Someone changed this person in the meantime',
    text: 'Nothing is lost. Choose which version to keep for each field, then save again.',
    nothing: 'None',
  },

  access: {
    locked: 'Sign-in is locked after too many failed attempts, until',
    unlock: 'Unlock',
    unlocked: 'Unlocked',
    password: 'Password',
    passwordText:
      'Nobody can see or set another person’s password. An emailed link lets them choose a new one.',
    resetLink: 'Send password reset link',
    resetSent: 'The link is on its way',
    devices: 'Devices',
    devicesNone: 'Not signed in anywhere.',
    signOut: 'Sign out',
    signedOut: 'Device signed out',
    signOutAll: 'Sign out everywhere',
    signOutAllTitle: (name: string) => `Sign ${name} out everywhere?`,
    signOutAllText: 'Every device has to sign in again. Anything they are typing right now may be lost.',
    signedOutAll: 'Signed out everywhere',
  },

  activate: 'Activate',
  activated: 'Activated',
  deactivate: 'Deactivate',
  deactivated: 'Deactivated',
  deactivateTitle: (name: string) => `Deactivate ${name}?`,
  deactivateText:
    'They are signed out at once on every device, leave the About page, and cannot sign in until someone activates them again.',
  remove: 'Delete',
  removed: 'Deleted',
  removeTitle: (name: string) => `Delete ${name}?`,
  removeText:
    'They are signed out at once and their account is gone for good. Their name stays on past replies and in the audit trail.',
  handOver: (n: number) =>
    `Who takes over ${n >= 1000 ? '1,000 or more open messages' : plural(n, 'open message', 'open messages')}?`,
  handOverKeep: 'They stay with this person',
  handOverNone: 'Nobody (leave unassigned)',
  typeName: (name: string) => `Type “${name}” to confirm`,

  importing: {
    title: 'Import people',
    text: 'A CSV file with a header line: name and email, and optionally role (admin, manager, staff) and permissions. Nothing happens until you have seen a preview.',
    choose: 'Choose file',
    file: 'CSV file',
    tooLarge: 'This file is too large. The limit is 1 MB.',
    reading: 'Reading the file',
    summary: (valid: number, invalid: number) =>
      `${plural(valid, 'person', 'people')} will be invited${invalid ? `, ${plural(invalid, 'line has', 'lines have')} errors and will be skipped` : ''}.`,
    line: 'Line',
    result: 'Result',
    good: 'Will be invited',
    go: (n: number) => `Invite ${plural(n, 'person', 'people')}`,
    done: (n: number) => `${plural(n, 'invitation is', 'invitations are')} on the way`,
    other: 'Choose another file',
  },
};
