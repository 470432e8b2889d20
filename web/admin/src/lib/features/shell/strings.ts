/** Text of the shell. */
export const own = {
  main: 'Main',
  home: 'Dashboard',
  collapse: 'Collapse navigation',
  expand: 'Expand navigation',
  skip: 'Skip to content',
  search: 'Search or go to',
  searchShort: 'Search',
  userMenu: 'Account and theme',
  help: 'Keyboard shortcuts',
  theme: { system: 'System theme', light: 'Light theme', dark: 'Dark theme' },
  more: 'More',
  on: 'On',
  off: 'Off',

  connection: {
    offline: 'You are offline. What you see may be out of date; drafts are kept on this device.',
    silent: 'The server isn’t responding. What you see may be out of date; drafts are kept on this device.',
    waiting: 'The server cannot be reached. You’re still signed in; trying again.',
    now: 'Try now',
    live: 'Live updates are on',
    notLive: 'Live updates are reconnecting',
  },

  noPage: {
    title: 'Page not found',
    text: 'There is nothing at this address. It may have moved, or the link is incomplete.',
    crash: 'This page could not be shown',
    home: 'Go to the dashboard',
  },

  palette: {
    title: 'Search and commands',
    /** Short enough for a phone. */
    placeholder: (what: string[]) => `Search ${[...what, 'pages'].join(', ')}`,
    here: 'On this page',
    pages: 'Go to',
    actions: 'Actions',
    related: 'Related',
  },

  sheet: {
    title: 'Keyboard shortcuts',
    everywhere: 'Everywhere',
    palette: 'Search and commands',
    help: 'This list',
    undo: 'Undo the last change',
  },

  tour: {
    search: {
      title: 'Search and commands',
      text: 'Find a message, go to a page or run a command: Ctrl+K from anywhere.',
    },
  },
};
