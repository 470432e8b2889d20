/** Which permissions the dashboard offers. */
import { PERMISSIONS, type Permission } from '../api/types';

/** Those that this version has something for. A slice that brings pages for another one adds it here. */
const IN_USE: readonly Permission[] = ['messages', 'staff', 'audit', 'settings', 'privacy'];

/** Offered for choosing: permissions in use, and those that somebody has already. */
export const offered = (stored: readonly Permission[] = []): Permission[] =>
  PERMISSIONS.filter((name) => IN_USE.includes(name) || stored.includes(name));
