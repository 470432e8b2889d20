/** Text of the access pages. */
import { waitFor } from '../../format/wait';

export const own = {
  nobodyYet:
    'Nobody has an account here yet. Open the link that the server printed when it started: it begins with “Set up:”. Or make the first account on its command line:',
  signIn: 'Sign in',
  signInTo: 'Sign in to the front desk',
  remember: 'Keep me signed in on this device',
  rememberHint: 'Otherwise you are signed out when the browser closes.',
  forgotten: 'Forgotten password',
  ended: 'Your session has ended. Sign in to go on where you were.',
  wrong: 'E-mail or password is not right. Check both and try again.',
  limited: (seconds: number | null) =>
    `Too many attempts. Try again ${waitFor(seconds)}, or set a new password.`,
  forgotTitle: 'Set a new password',
  forgotText: 'Tell us your e-mail. If it belongs to a person here, a link is on its way within a minute.',
  sendLink: 'Send link',
  linkSent: (email: string) =>
    `If ${email} belongs to a person here, a link is on its way. It works for one hour.`,
  notArrived: 'Nothing there after a few minutes? Look into the spam folder, or ask an admin.',
  back: 'Back to sign-in',
  newPassword: 'New password',
  setPassword: 'Set password',
  endTokens: 'End the API tokens that act in your name',
  endTokensHint:
    'If somebody else was in your account, they may have made one. Programs that use yours need a new one.',
  passwordSet: 'Your new password is set. Sign in with it.',
  noToken: 'This link is incomplete. Open it again from the mail, or ask for a new one.',
  newLink: 'Ask for a new link',

  /** After the password, if there is a second factor. */
  second: {
    title: 'One more step',
    text: (email: string) => `The password for ${email} is right. Now the second factor.`,
    code: 'Code of your authenticator app',
    recovery: 'Recovery code',
    recoveryHint: 'One of the ten that you kept. It works once.',
    useRecovery: 'Use a recovery code',
    useApp: 'Use the authenticator app',
    passkey: 'Use a passkey',
    passkeyRefused: 'This passkey is not known here, or is not accepted any more.',
    back: 'Start over',
    or: 'or',
  },

  setup: {
    title: 'Set up your front desk',
    intro: 'Two minutes: who you are and who the firm is. Everything can be changed later in the settings.',
    you: 'You',
    youText: 'The first admin. You invite the others from the staff page.',
    name: 'Your name',
    firm: 'Your firm',
    firmText: 'Shown on the public site and in mails. What you leave empty is not shown.',
    firmName: 'Name of the firm',
    firmEmail: 'E-mail for clients',
    firmEmailHint: 'Left empty, it is yours.',
    phone: 'Phone',
    city: 'City',
    country: 'Country',
    zone: 'Time zone',
    finish: 'Finish set-up',
    doneTitle: 'This front desk is set up',
    doneText: 'There is already an admin. Sign in, or ask them for an account.',
    noTokenTitle: 'The set-up link is needed',
    noTokenText:
      'The server printed a link that begins with “Set up:” when it started. Open that link as it stands.',
    welcome: 'Set up and signed in',
  },

  /** Shown to an invited person. */
  invitation: {
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
  },
};
