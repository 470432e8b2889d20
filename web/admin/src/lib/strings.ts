/**
 * Text that no slice owns; each slice has its own in `strings.ts`. A second language would be a second file of the same
 * shape beside each.
 */
import type { Role } from './api/types';
import { plural } from './format/plural';
import { waitFor } from './format/wait';

export const words = {
  product: 'Tekvwarho',
  close: 'Close',
  cancel: 'Cancel',
  from: 'From',
  to: 'Until',
  rangeEmpty: 'This is before the first day, so nothing matches.',
  save: 'Save',
  edit: 'Edit',
  saved: 'Saved',
  retry: 'Try again',
  undo: 'Undo',
  undone: 'Undone',
  undoOver: 'Too late to undo: it was changed since, or ten seconds have passed.',
  you: 'You',
  copied: 'Copied',
  notCopied: 'The browser doesn’t let this page copy. Select the text and copy it by hand.',
  loading: 'Loading',
  optional: 'optional',
  more: 'More',
  nothingFound: 'Nothing found',
  signOut: 'Sign out',
  email: 'Email',
  openSite: 'Open the public site',

  unsaved: {
    title: 'Leave without saving?',
    text: (n: number) => `${plural(n, 'change is', 'changes are')} not saved yet.`,
    stay: 'Stay here',
    leave: 'Discard and leave',
  },

  errors: {
    network: 'The server cannot be reached. Check your connection and try again.',
    silent: 'No response from the server. Check your connection.',
    unsure:
      'No response from the server, so this may not have gone through. Check your connection and try again.',
    server: 'Something went wrong on the server. Try again in a moment.',
    refused: 'The server did not accept this.',
    forbidden: 'You don’t have permission to do this. Ask an admin.',
    unexpected: 'Something went wrong here. Reload the page if it happens again.',
    tooMany: (seconds: number | null) => `Too many requests. Try again ${waitFor(seconds)}.`,
    notProved: 'Nothing was changed, because you did not confirm it’s you.',
    factorMissing: 'Your role needs a second factor. Set one up now.',
    reference: (id: string) => `Reference: ${id}`,
  },

  roles: { admin: 'Admin', manager: 'Manager', staff: 'Staff' } satisfies Record<Role, string>,

  password: {
    label: 'Password',
    hint: 'A few unrelated words work well.',
    show: 'Show password',
    showShort: 'Show',
    hideShort: 'Hide',
  },

  picture: {
    title: 'Picture',
    choose: 'Choose picture',
    remove: 'Remove picture',
    hint: 'PNG, JPEG or WebP, up to 2 MB. It is cropped to a square.',
    saved: 'Picture saved',
    gone: 'Picture removed',
    tooLarge: 'This file is too large. The limit is 2 MB.',
  },

  device: { here: 'This device', active: 'Active', unknown: 'Unknown device', since: 'signed in' },

  download: {
    going: (done: number, total: number | null) =>
      total ? `Exporting ${total.toLocaleString('en-GB')} rows, ${done}%` : 'Exporting',
    done: 'Export saved to your downloads',
    stopped: 'Export stopped',
  },

  /** For conflicting edits by two people. */
  merge: { yours: 'Yours', theirs: 'Theirs', apply: 'Save this' },
};
