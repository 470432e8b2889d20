/** Second factors, and confirming one's identity. */
import { data, http, id } from '../../api/http';

export const api = {
  /** Confirms the person's identity; the sensitive request can then be repeated. */
  prove: (body: { password: string } | { code: string }) => data(http.POST('/api/auth/prove', { body })),
  provePasskeyBegin: () => data(http.POST('/api/auth/prove/passkey/begin')),
  provePasskey: (body: { challengeId: string; credential: Record<string, never> }) =>
    data(http.POST('/api/auth/prove/passkey', { body })),

  state: () => data(http.GET('/api/auth/mfa', {})),
  beginTotp: () => data(http.POST('/api/auth/mfa/totp')),
  confirmTotp: (code: string) => data(http.POST('/api/auth/mfa/totp/confirm', { body: { code } })),
  removeTotp: () => data(http.DELETE('/api/auth/mfa/totp')),
  newCodes: () => data(http.POST('/api/auth/mfa/recovery-codes')),
  ofColleague: (staff: string) => data(http.GET('/api/admin/staff/{id}/factors', id(staff))),
  resetOfColleague: (staff: string) => data(http.DELETE('/api/admin/staff/{id}/factors', id(staff))),

  passkeys: {
    list: () => data(http.GET('/api/auth/passkeys', {})),
    begin: () => data(http.POST('/api/auth/passkeys/register/begin')),
    add: (body: { challengeId: string; name: string; credential: Record<string, never> }) =>
      data(http.POST('/api/auth/passkeys/register', { body })),
    rename: (passkey: string, name: string) =>
      data(http.PATCH('/api/auth/passkeys/{id}', { ...id(passkey), body: { name } })),
    remove: (passkey: string) => data(http.DELETE('/api/auth/passkeys/{id}', id(passkey))),
  },
};
