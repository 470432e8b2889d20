/** Text for second factors: authenticator app, recovery codes, passkeys, and confirming one's identity. */
import { plural } from '../../format/plural';

export const own = {
  title: 'Second factor',
  code: 'Code',

  app: {
    title: 'Authenticator app',
    text: 'An app on your phone shows a new code every 30 seconds.',
    setUp: 'Set up',
    on: 'On since',
    turnOn: 'Turn on',
    turnOff: 'Turn off',
    isOff: 'The authenticator app is off',
    scan: 'Scan this with an authenticator app.',
    qr: 'QR code for the authenticator app',
    noCamera: 'Type it instead',
    type: 'Enter the code that the app shows.',
    leaving: {
      title: 'Leave before it’s turned on?',
      text: 'The authenticator app isn’t set up yet. What you have scanned won’t work, and you would start again with a new QR code.',
      stay: 'Stay',
      leave: 'Leave',
    },
    offTitle: 'Turn off the authenticator app?',
    offText: 'Signing in will no longer ask for its codes. We email you to confirm.',
    offRequired:
      'Your role needs a second factor. Without this one, you can do nothing else here until you set up another.',
  },

  codes: {
    title: 'Recovery codes',
    shownOnce:
      'Keep these with your important papers. If you lose your second factor, each one signs you in once. They are shown only now.',
    save: 'Save as a file',
    copy: 'Copy',
    kept: 'I have saved them',
    leaving: {
      title: 'Leave without the recovery codes?',
      text: 'You haven’t saved them yet, and they can’t be shown again. Without them, losing your second factor locks you out until an admin removes it.',
      stay: 'Stay',
      leave: 'Leave',
    },
    fileHead: 'Recovery codes. Each one works once.',
    left: (n: number) => (n ? `${plural(n, 'code', 'codes')} left` : 'No codes left: create new ones'),
    renew: 'Create new codes',
    renewTitle: 'Create new recovery codes?',
    renewText: 'Your current codes will stop working.',
  },

  passkeys: {
    title: 'Passkey',
    text: 'Sign in with your fingerprint, face, PIN or a security key instead of the password.',
    add: 'Add a passkey',
    added: 'Passkey added',
    removed: 'Passkey deleted',
    name: 'Name',
    nameHint: 'Where it’s stored, so you can tell it apart from others.',
    thisDevice: 'This device',
    go: 'Continue',
    cancelled: 'No passkey was created: the browser’s prompt was closed or timed out. Try again.',
    known: 'This device already has a passkey for your account.',
    rename: 'Rename',
    remove: 'Delete',
    removeTitle: 'Delete this passkey?',
    removeText: (name: string) =>
      `“${name}” will no longer sign you in. Delete it on the device too; we can’t do that from here.`,
    used: 'Used',
    unused: 'Not used yet',
    since: 'added',
    notHere: 'Passkeys need an https address with a domain name. This server has none yet.',
    notThisBrowser: 'This browser doesn’t support passkeys.',
  },

  prove: {
    title: 'Confirm it’s you',
    text: 'This is a sensitive action, and you signed in a while ago.',
    confirm: 'Confirm',
    passkey: 'Use a passkey',
    useCode: 'Use a code instead',
    usePassword: 'Use the password instead',
    codeHint: 'From your authenticator app, or a recovery code.',
  },

  demanded: {
    title: 'Set up a second factor',
    text: 'Your role needs one: with a second factor, a stolen password isn’t enough. It takes a minute.',
    done: 'Your account is protected. Welcome.',
  },

  colleague: {
    none: 'None. The password alone is enough to sign in.',
    missing: 'None yet. The role needs one, so they can do nothing until it is set up.',
    has: (app: boolean, passkeys: number, codes: number) =>
      [
        app ? 'Authenticator app' : '',
        passkeys ? plural(passkeys, 'passkey', 'passkeys') : '',
        codes ? plural(codes, 'recovery code', 'recovery codes') : 'no recovery codes left',
      ]
        .filter(Boolean)
        .join(', '),
    reset: 'Remove all',
    resetTitle: (name: string) => `Remove all second factors of ${name}?`,
    resetText:
      'For someone who lost their phone and recovery codes. They are signed out everywhere, sign in with the password and set up new ones. They get an email. Make sure it’s really them asking.',
    gone: (name: string) => `${name} no longer has a second factor`,
  },
};
