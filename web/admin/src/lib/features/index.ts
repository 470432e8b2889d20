/** The slices. A new one needs a line here and its files below `src/routes`; the order is that of the navigation. */
import type { Slice } from '../slice/slice';
import { access } from './access';
import { audit } from './audit';
import { chats } from './chats';
import { dashboard } from './dashboard';
import { factors } from './factors';
import { mail } from './mail';
import { messages } from './messages';
import { notices } from './notices';
import { onboarding } from './onboarding';
import { profile } from './profile';
import { settings } from './settings';
import { shell } from './shell';
import { staff } from './staff';
import { tokens } from './tokens';

export const slices: readonly Slice[] = [
  shell,
  dashboard,
  mail,
  messages,
  chats,
  onboarding,
  staff,
  audit,
  notices,
  tokens,
  settings,
  profile,
  factors,
  access,
];
