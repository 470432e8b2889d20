/** Who may give what: the same rule as the server's, so that what it would refuse is not offered. */
import { PERMISSIONS, type Me, type Permission, type Role } from '../../api/types';

/** What a role starts with. */
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

/** Of a role's rights, those that this person can give. */
export function givable(giver: Giver | null, role: Role): Permission[] {
  return preset(role).filter((name) => mayGive(giver, name));
}
