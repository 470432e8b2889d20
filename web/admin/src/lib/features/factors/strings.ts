/** Text for second factors: authenticator app, recovery codes, passkeys, and confirming one's identity. */
import { plural } from '../../format/plural';

export const own = {
  title: 'Second factor',
  code: 'Code',

  app: {
    title: 'Authenticator app',
    text: 'An app on your phone shows a new code every half minute.',
    setUp: 'Set up',
    on: 'On since',
    turnOn: 'Turn on',
    turnOff: 'Turn off',
    isOff: 'The authenticator app is off',
    scan: 'Scan this with an authenticator app.',
    qr: 'QR code for the authenticator app',
    noCamera: 'Type it instead',
    type: 'Type the code that the app shows.',
    offTitle: 'Turn off the authenticator app?',
    offText: 'Codes of the app will no longer be asked for. You get a mail about it.',
    offRequired:
      'Your role needs a second factor. Without this one you can do nothing else here until you have set up another.',
  },

  codes: {
    title: 'Recovery codes',
    shownOnce:
      'Keep these where you keep important papers. Each one signs you in once if your second factor is lost. They are shown only now.',
    save: 'Save as a file',
    copy: 'Copy',
    kept: 'I have kept them',
    fileHead: 'Recovery codes. Each one works once.',
    left: (n: number) => (n ? `${plural(n, 'code is', 'codes are')} left` : 'No code is left: make new ones'),
    renew: 'Make new codes',
    renewTitle: 'Make new recovery codes?',
    renewText: 'The codes that you have now stop working.',
  },

  passkeys: {
    title: 'Passkey',
    text: 'Sign in with your finger, face, PIN or a security key, without the password.',
    add: 'Add a passkey',
    added: 'Passkey added',
    removed: 'Passkey deleted',
    name: 'Name',
    nameHint: 'Where it is kept, so that you can tell it from others.',
    thisDevice: 'This device',
    go: 'Continue',
    cancelled: 'No passkey was made: the browser’s question was closed or took too long. Try again.',
    known: 'This device has a passkey for your account already.',
    rename: 'Rename',
    remove: 'Delete',
    removeTitle: 'Delete this passkey?',
    removeText: (name: string) =>
      `“${name}” will no longer sign you in. Delete it on the device too; we cannot reach it there.`,
    used: 'Used',
    unused: 'Not used yet',
    since: 'added',
    notHere: 'Passkeys need an https address with a name. This server has none yet.',
    notThisBrowser: 'This browser knows no passkeys.',
  },

  prove: {
    title: 'Show that it is you',
    text: 'This is a sensitive step, and you signed in a while ago.',
    confirm: 'Confirm',
    passkey: 'Use a passkey',
    useCode: 'Use a code instead',
    usePassword: 'Use the password instead',
    codeHint: 'Of your authenticator app, or a recovery code.',
  },

  demanded: {
    title: 'Set up a second factor',
    text: 'Your role needs one: with a second factor, a stolen password is not enough. It takes a minute.',
    done: 'Your account is protected. Welcome.',
  },

  colleague: {
    none: 'None. The password alone is enough to sign in.',
    missing: 'None yet. The role needs one, so nothing opens until it is set up.',
    has: (app: boolean, passkeys: number, codes: number) =>
      [
        app ? 'Authenticator app' : '',
        passkeys ? plural(passkeys, 'passkey', 'passkeys') : '',
        codes ? plural(codes, 'recovery code', 'recovery codes') : 'no recovery codes left',
      ]
        .filter(Boolean)
        .join(', '),
    reset: 'Take all away',
    resetTitle: (name: string) => `Take all second factors of ${name} away?`,
    resetText:
      'For whoever lost phone and recovery codes. They are signed out everywhere, sign in with the password and set up new ones. They get a mail. Make sure that it is really them who asks.',
    gone: (name: string) => `${name} has no second factor any more`,
  },
};
