/** The words of staff: the list, invitations, one person, import, pictures. */
import type { Permission, StaffState } from '../../api/types';
import { plural } from '../../format/plural';

export const staff = {
  title: 'Staff',
  intro: 'Who can sign in, and what they may do.',
  invite: 'Invite',
  import: 'Import',
  search: 'Search staff',
  role: 'Role',
  state: 'State',
  anyRole: 'Any role',
  anyState: 'Any state',
  states: { active: 'Active', invited: 'Invited', deactivated: 'Deactivated' } satisfies Record<
    StaffState,
    string
  >,
  total: (n: number) => plural(n, 'person', 'people'),
  lastLogin: 'Last sign-in',
  never: 'Never',
  noneTitle: 'Nobody fits',
  noneText: 'No person fits this search. Change it, or clear it.',
  clear: 'Clear search',
  aloneTitle: 'It is only you so far',
  aloneText: 'Invite a colleague: they get a link by mail and choose their own password.',
  more: 'Load more',
  name: 'Name',
  email: 'E-mail',
  notFoundTitle: 'There is no such person',
  notFoundText: 'The account was deleted, or the invitation was withdrawn.',
  back: 'All staff',
  you: 'This is you',

  permissions: {
    messages: ['Messages', 'Read and answer messages of clients'],
    chats: ['Live chat', 'Take and answer chats'],
    consultations: ['Consultations', 'See and manage bookings'],
    newsletter: ['Newsletter', 'Subscribers and campaigns'],
    analytics: ['Analytics', 'Figures of the website'],
    performance: ['Performance', 'Figures of the whole team'],
    staff: ['Staff', 'Invite and manage people'],
    audit: ['Audit', 'See who did what'],
    settings: ['Settings', 'Change how the firm works'],
    privacy: ['Privacy', 'Export and erase data of clients'],
  } satisfies Record<Permission, [string, string]>,
  rights: 'May do',
  adminRights: 'An admin may do everything.',
  lacking: 'You do not have this yourself, so you cannot give it.',
  adminLacking: 'Only an admin can make an admin.',

  inviteTitle: 'Invite a person',
  inviteText: 'They get a link by mail that works for 7 days, and choose their own password.',
  sendInvite: 'Send invitation',
  invited: (name: string) => `${name} is invited`,
  inviteUntil: 'Invitation works until',
  inviteOver: 'The invitation is over. Send it again.',
  resend: 'Send invitation again',
  resent: 'The invitation is on its way again',
  withdraw: 'Withdraw invitation',
  withdrawTitle: 'Withdraw the invitation?',
  withdrawText: (name: string) => `The link of ${name} stops working, and nothing is kept of them.`,
  withdrawn: 'Invitation withdrawn',

  tabs: { about: 'Account and rights', access: 'Sign-in and devices', work: 'Open work' },
  beyond:
    'This person holds rights that you do not have. You can look, but only somebody with those rights can change them.',
  saved: 'Saved',

  merge: {
    title: 'Somebody changed this person meanwhile',
    text: 'Nothing is lost. Choose for each line what it shall be, then save again.',
    nothing: 'None',
  },

  picture: 'Picture',
  choosePicture: 'Choose picture',
  removePicture: 'Remove picture',
  pictureHint: 'PNG, JPEG or WebP, at most 2 MB. It is cut to a square.',
  pictureSaved: 'Picture saved',
  pictureGone: 'Picture removed',
  pictureTooLarge: 'This file is too large. It may have at most 2 MB.',

  access: {
    locked: 'Sign-in is locked after too many wrong passwords, until',
    unlock: 'Unlock',
    unlocked: 'Unlocked',
    password: 'Password',
    passwordText: 'Nobody can see or set the password of another. A link by mail lets them choose a new one.',
    resetLink: 'Send link for a new password',
    resetSent: 'The link is on its way',
    devices: 'Devices',
    devicesNone: 'Signed in nowhere.',
    signOut: 'Sign out',
    signedOut: 'Device signed out',
    signOutAll: 'Sign out everywhere',
    signOutAllTitle: (name: string) => `Sign ${name} out everywhere?`,
    signOutAllText: 'Every device has to sign in again. What they are typing right now may be lost.',
    signedOutAll: 'Signed out everywhere',
  },

  work: {
    none: 'No open messages',
    noneText: 'Messages that are assigned to this person and not closed stand here.',
    count: (n: number) => plural(n, 'open message', 'open messages'),
    all: 'Show all',
  },

  activate: 'Activate',
  activated: 'Activated',
  deactivate: 'Deactivate',
  deactivated: 'Deactivated',
  deactivateTitle: (name: string) => `Deactivate ${name}?`,
  deactivateText:
    'They are signed out at once on every device and cannot sign in until somebody activates them again.',
  remove: 'Delete',
  removed: 'Deleted',
  removeTitle: (name: string) => `Delete ${name}?`,
  removeText:
    'They are signed out at once and their account is gone for good. What they did keeps their name.',
  handOver: (n: number) => `Who takes over ${plural(n, 'open message', 'open messages')}?`,
  handOverKeep: 'They stay with this person',
  handOverNone: 'Nobody: they become unassigned',
  typeName: (name: string) => `Type “${name}” to confirm`,

  importing: {
    title: 'Import people',
    text: 'A CSV file with a head line: name and email, and if you like role (admin, manager, staff) and permissions. Nothing happens before you have seen a preview.',
    choose: 'Choose file',
    file: 'CSV file',
    tooLarge: 'This file is too large. It may have at most 1 MB.',
    reading: 'Reading the file',
    summary: (valid: number, invalid: number) =>
      `${plural(valid, 'person', 'people')} will be invited${invalid ? `, ${plural(invalid, 'line has', 'lines have')} errors and will be left out` : ''}.`,
    line: 'Line',
    result: 'Result',
    good: 'Will be invited',
    go: (n: number) => `Invite ${plural(n, 'person', 'people')}`,
    done: (n: number) => `${plural(n, 'invitation is', 'invitations are')} on the way`,
    other: 'Choose another file',
  },
};

/** What an invited person reads. */
export const invitation = {
  title: (firm: string) => `Welcome to ${firm}`,
  text: (name: string) => `Hello ${name}. Choose a password and your account is ready.`,
  pending: 'Your invitation',
  email: 'You will sign in with',
  password: 'Password',
  accept: 'Create account',
  accepted: 'Your account is ready. Sign in with your new password.',
  overTitle: 'This invitation does not work',
  overText:
    'It was used already, it is older than 7 days, or it was withdrawn. Ask the person who invited you to send it again.',
  incomplete: 'This link is incomplete. Open it again from the mail.',
};
