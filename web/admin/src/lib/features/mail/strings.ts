/** Text for emails that could not be delivered. */
import { plural } from '../../format/plural';

export const own = {
  failed: (n: number) => `${plural(n, 'mail', 'mails')} could not be delivered`,
  failedText: 'The server tried several times and gave up. Check the address, then send again.',
  failedShow: 'Show',
  failedHide: 'Hide',
  failedAttempts: (n: number) => plural(n, 'attempt', 'attempts'),
  resend: 'Send again',
  resendAll: 'Send all again',
  resent: 'On its way again',
};
