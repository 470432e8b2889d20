/** Signing in and the own account. */
import { data, http, id, raw } from '../../api/http';
import type { Me, Setup, Theme } from '../../api/types';

export const auth = {
  login: (body: { email: string; password: string; remember: boolean; otp?: string }) =>
    data(http.POST('/api/admin/auth/login', { body })),
  logout: () => data(http.POST('/api/auth/logout', { body: {} })),
  logoutAll: () => data(http.POST('/api/auth/logout-all')),
  change: (body: Partial<Pick<Me, 'name' | 'timeZone' | 'locale'> & { theme: Theme }>) =>
    data(http.PATCH('/api/auth/me', { body })),
  password: (body: { currentPassword: string; newPassword: string }) =>
    data(http.POST('/api/auth/password', { body })),
  sessions: () => data(http.GET('/api/auth/sessions', {})),
  endSession: (session: string) => data(http.DELETE('/api/auth/sessions/{id}', id(session))),
  endOthers: () => data(http.DELETE('/api/auth/sessions')),
  /** Shows again who is there; the sensitive request can be repeated then. */
  prove: (body: { password: string } | { code: string }) => data(http.POST('/api/auth/prove', { body })),
  provePasskeyBegin: () => data(http.POST('/api/auth/prove/passkey/begin')),
  provePasskey: (body: { challengeId: string; credential: Record<string, never> }) =>
    data(http.POST('/api/auth/prove/passkey', { body })),
  forgot: (email: string) => data(http.POST('/api/auth/forgot', { body: { email } })),
  reset: (body: { token: string; password: string }) => data(http.POST('/api/auth/reset', { body })),
  invitation: (token: string) => data(http.POST('/api/auth/invitation', { body: { token } })),
  acceptInvite: (body: { token: string; password: string }) =>
    data(http.POST('/api/auth/accept-invite', { body })),
  setPicture: (file: Blob) => data(http.PUT('/api/auth/me/avatar', raw(file))),
  removePicture: () => data(http.DELETE('/api/auth/me/avatar')),
  socketTicket: () => data(http.POST('/api/auth/ws-ticket')),
};

export const factors = {
  state: () => data(http.GET('/api/auth/mfa', {})),
  beginTotp: () => data(http.POST('/api/auth/mfa/totp')),
  confirmTotp: (code: string) => data(http.POST('/api/auth/mfa/totp/confirm', { body: { code } })),
  removeTotp: () => data(http.DELETE('/api/auth/mfa/totp')),
  newCodes: () => data(http.POST('/api/auth/mfa/recovery-codes')),
  ofColleague: (staff: string) => data(http.GET('/api/admin/staff/{id}/factors', id(staff))),
  resetOfColleague: (staff: string) => data(http.DELETE('/api/admin/staff/{id}/factors', id(staff))),
};

export const passkeys = {
  list: () => data(http.GET('/api/auth/passkeys', {})),
  begin: () => data(http.POST('/api/auth/passkeys/register/begin')),
  add: (body: { challengeId: string; name: string; credential: Record<string, never> }) =>
    data(http.POST('/api/auth/passkeys/register', { body })),
  rename: (passkey: string, name: string) =>
    data(http.PATCH('/api/auth/passkeys/{id}', { ...id(passkey), body: { name } })),
  remove: (passkey: string) => data(http.DELETE('/api/auth/passkeys/{id}', id(passkey))),
  beginSignIn: () => data(http.POST('/api/auth/passkeys/sign-in/begin')),
  signIn: (body: { challengeId: string; credential: Record<string, never>; remember: boolean }) =>
    data(http.POST('/api/auth/passkeys/sign-in', { body })),
};

export const setup = {
  needed: async () => (await data(http.GET('/api/setup', {}))).needed,
  finish: (body: Setup) => data(http.POST('/api/setup', { body })),
};
