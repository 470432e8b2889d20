/** Who can grant what: the same rule as on the server, so that nothing is offered that it would reject. */
import { PERMISSIONS, type Me, type Permission, type Role } from '../../api/types';
import { offered } from '../../auth/permissions';

/** The preset of a role. */
export function preset(role: Role): Permission[] {
  const kept: Permission[] = ['staff', 'audit', 'settings', 'privacy'];
  if (role === 'admin') return [...PERMISSIONS];
  if (role === 'manager') return PERMISSIONS.filter((name) => !kept.includes(name));
  return ['messages', 'chats', 'consultations'];
}

type Giver = Pick<Me, 'role' | 'permissions'>;

export function mayGive(giver: Giver | null, permission: Permission): boolean {
  return giver?.role === 'admin' || (giver?.permissions.includes(permission) ?? false);
}

/** What this person grants with a role: what they have themselves, and what is offered. */
export function givable(giver: Giver | null, role: Role): Permission[] {
  return offered().filter((name) => preset(role).includes(name) && mayGive(giver, name));
}
