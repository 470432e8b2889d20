/** The pages beside the dashboard and the messages, for whoever may open them: one list for all ways to them. */
import type { Permission } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { href } from '../../href';
import { words } from '../../strings';
import type { IconName } from '../../ui/Icon.svelte';

export interface Page {
  id: string;
  path: string;
  label: string;
  icon: IconName;
  keys?: string;
  needs?: Permission;
}

const text = words.nav;
const ALL: Page[] = [
  {
    id: 'canned',
    path: '/messages/canned',
    label: text.canned,
    icon: 'text',
    keys: 'g c',
    needs: 'messages',
  },
  { id: 'staff', path: '/staff', label: text.staff, icon: 'people', keys: 'g s', needs: 'staff' },
  { id: 'audit', path: '/audit', label: text.audit, icon: 'lock', keys: 'g a', needs: 'audit' },
  { id: 'tokens', path: '/tokens', label: text.tokens, icon: 'key', needs: 'settings' },
  { id: 'settings', path: '/settings', label: text.settings, icon: 'gear', keys: 'g f', needs: 'settings' },
];
export const PROFILE: Page = {
  id: 'profile',
  path: '/profile',
  label: text.profile,
  icon: 'user',
  keys: 'g p',
};

export const pages = (): Page[] => ALL.filter(({ needs }) => !needs || session.may(needs));

/** Whether the address is this page or one below it. */
export function isAt(path: string, page: Page): boolean {
  return path === href(page.path) || path.startsWith(`${href(page.path)}/`);
}
