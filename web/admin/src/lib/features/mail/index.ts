/** Emails that could not be delivered. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const mail: Slice = {
  name: 'mail',
  routes: [],
  notices: {
    mail_failed: { icon: 'warn', says: ({ subject }) => frame.failed(subject), when: frame.failedWhen },
    mails_failed: { when: frame.reportWhen },
  },
  letters: { mails_failed: frame.report },
  entities: { mail: { name: frame.entity } },
  cards: () => import('./cards'),
};
