/** Text of the access pages. */
import { waitFor } from '../../format/wait';

export const own = {
  nobodyYet:
    'Nobody has an account here yet. Open the link that the server printed after “Set up:” when it started, or create the first account on the command line:',
  signIn: 'Sign in',
  signInTo: 'Sign in to the front desk',
  remember: 'Keep me signed in on this device',
  rememberHint: 'Otherwise you’re signed out when the browser closes.',
  forgotten: 'Forgot password?',
  ended: 'Please sign in to continue.',
  wrong: 'Email or password is wrong. Check both and try again.',
  limited: (seconds: number | null) =>
    `Too many attempts. Try again ${waitFor(seconds)}, or reset your password.`,
  forgotTitle: 'Set a new password',
  forgotText: 'Enter your email. If it has an account here, we send a link within a minute.',
  sendLink: 'Send link',
  linkSent: (email: string) =>
    `If ${email} has an account here, a link is on its way. It works for one hour.`,
  notArrived: 'Nothing after a few minutes? Check your spam folder, or ask an admin.',
  back: 'Back to sign-in',
  newPassword: 'New password',
  setPassword: 'Set password',
  endTokens: 'Revoke the API tokens that act in your name',
  endTokensHint:
    'If someone else was in your account, they may have created one. Programs that use yours will need a new one.',
  passwordSet: 'Your new password is set. Sign in with it.',
  noToken: 'This link is incomplete. Open it again from the email, or request a new one.',
  linkOver: 'This link was already used or has expired.',
  newLink: 'Request a new link',

  /** After the password, if there is a second factor. */
  second: {
    title: 'One more step',
    text: (email: string) => `The password for ${email} is correct. Now use your second factor.`,
    code: 'Code from your authenticator app',
    recovery: 'Recovery code',
    recoveryHint: 'One of the ten you saved. Each works once.',
    useRecovery: 'Use a recovery code',
    useApp: 'Use the authenticator app',
    passkey: 'Use a passkey',
    passkeyRefused: 'This passkey is unknown or no longer accepted.',
    back: 'Start over',
    or: 'or',
  },

  setup: {
    title: 'Set up your front desk',
    intro: 'It takes two minutes: you, then your firm. You can change everything later in the settings.',
    you: 'You',
    youText: 'You are the first admin. Invite others from the staff page.',
    name: 'Your name',
    firm: 'Your firm',
    firmText: 'Shown on the public site and in emails. Fields you leave empty are not shown.',
    firmName: 'Firm name',
    tagline: 'What you do, in one sentence',
    taglineHint: 'It comes first on your website.',
    firmEmail: 'Email for clients',
    firmEmailHint: 'Leave empty to use yours.',
    phone: 'Phone',
    city: 'City',
    country: 'Country',
    zone: 'Time zone',
    examples: 'Start with example services',
    examplesHint:
      'Four services of a software firm, with prices, for you to edit. Visitors see them until you do. Without them, your website lists no services until you add your own.',
    finish: 'Finish setup',
    doneTitle: 'This front desk is set up',
    doneText: 'There is already an admin. Sign in, or ask them for an account.',
    noTokenTitle: 'You need the setup link',
    noTokenText: 'When the server started, it printed a link after “Set up:”. Open that exact link.',
    expiredTitle: 'This setup link no longer works',
    expiredText:
      'It has expired, or a newer one replaced it. Restart the server: it prints a new link after “Set up:”.',
    welcome: 'You’re set up and signed in',
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
    overTitle: 'This invitation no longer works',
    overText:
      'It was already used, is more than 7 days old, or was withdrawn. Ask the person who invited you to send it again.',
    incomplete: 'This link is incomplete. Open it again from the email.',
  },
};
