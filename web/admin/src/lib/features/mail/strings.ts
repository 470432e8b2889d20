/** Text for emails that could not be delivered. */
import type { Schema } from '../../api/types';
import { plural } from '../../format/plural';

const reasons: Record<Schema['MailFault'], string> = {
  name_not_found: 'The name of the mail server cannot be found.',
  not_listening: 'Nothing answers at the address of the mail server.',
  silent: 'The mail server does not respond.',
  certificate:
    'The certificate of the mail server is not trusted. TEKVWARHO_SMTP_CA can name it or its authority.',
  tls: 'The mail server does not speak TLS as it is set up here.',
  sign_in: 'The mail server refuses the user name or password.',
  busy: 'The mail server does not take email at the moment.',
  rejected: 'The mail server rejects these emails.',
  folder: 'The folder for emails cannot be written to.',
  letter: 'A template or a setting is wrong, so the emails cannot be written.',
  other: 'The mail server does not take them. Its log may say why.',
};

export const own = {
  trouble: {
    title: (since: string) => `Email has not been leaving since ${since}`,
    reasons,
    waiting: (n: number) =>
      `${n >= 1000 ? '1,000 or more emails wait' : plural(n, 'email waits', 'emails wait')} and will be sent when it works again.`,
    settings: 'Send a test email',
  },
  failed: (n: number) => `${plural(n, 'email', 'emails')} could not be delivered`,
  failedText: 'The server tried several times and gave up. Check the address, then send again.',
  failedShow: 'Show',
  failedHide: 'Hide',
  failedAttempts: (n: number) => plural(n, 'attempt', 'attempts'),
  resend: 'Send again',
  resendAll: 'Send all again',
  resent: 'On its way again',
};
