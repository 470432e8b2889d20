/**
 * Short names for API types that no slice owns; each slice has its own in `types.ts`. They come from the server's own
 * description; lists of values are checked against it.
 */
import type { components } from '@tekvwarho/api-client';
import type { components as Frames } from '@tekvwarho/api-client/frames';

export type Schema = components['schemas'];

export type Theme = 'system' | 'light' | 'dark';
export type Permission = Schema['Permission'];
export type Role = Schema['Role'];
export type Me = Schema['Me'];
export type TokenGrant = Schema['SignedIn'];
export type Session = Schema['SessionView'];
export type StaffRef = Schema['Person'];
export type Colleague = Schema['Colleague'];
export type Dashboard = Schema['Dashboard'];
export type Notification = Schema['Notification'];
export type NotificationEvent = Schema['NotificationEvent'];
export type ListMeta = Schema['Meta'];
export type FieldError = Schema['FieldError'];
export type Problem = Schema['Problem'];

export const ROLES = ['admin', 'manager', 'staff'] as const satisfies readonly Role[];
export const PERMISSIONS = [
  'messages',
  'chats',
  'consultations',
  'newsletter',
  'analytics',
  'performance',
  'staff',
  'audit',
  'settings',
  'privacy',
] as const satisfies readonly Permission[];

/** Frames of the staff side of /ws/chat: the socket's own, and those of chats. */
export type ServerFrame = Frames['schemas']['ServerFrame'] | Frames['schemas']['StaffServerFrame'];
export type ClientFrame = Frames['schemas']['ClientFrame'] | Frames['schemas']['StaffFrame'];
