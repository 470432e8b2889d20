/** Access: signing in, set-up, invitations and forgotten passwords. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const access: Slice = {
  name: 'access',
  routes: ['login', 'forgot', 'reset', 'invite', 'setup'],
  entities: { auth: { name: frame.entity } },
  letters: { password_reset: frame.passwordReset },
  strangers: { auth: frame.stranger },
};
