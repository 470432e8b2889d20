/** Access: signing in, set-up, invitations and forgotten passwords. */
import { data, http } from '../../api/http';
import type { Setup } from './types';

export const api = {
  login: (body: { email: string; password: string; remember: boolean; otp?: string }) =>
    data(http.POST('/api/admin/auth/login', { body })),
  beginPasskey: () => data(http.POST('/api/auth/passkeys/sign-in/begin')),
  passkey: (body: { challengeId: string; credential: Record<string, never>; remember: boolean }) =>
    data(http.POST('/api/auth/passkeys/sign-in', { body })),
  forgot: (email: string) => data(http.POST('/api/auth/forgot', { body: { email } })),
  resetLink: (token: string) => data(http.POST('/api/auth/reset/link', { body: { token } })),
  reset: (body: { token: string; password: string; endTokens: boolean }) =>
    data(http.POST('/api/auth/reset', { body })),
  invitation: (token: string) => data(http.POST('/api/auth/invitation', { body: { token } })),
  acceptInvite: (body: { token: string; password: string }) =>
    data(http.POST('/api/auth/accept-invite', { body })),
  setupLink: (token: string) => data(http.POST('/api/setup/link', { body: { token } })),
  setupNeeded: async () => (await data(http.GET('/api/setup', {}))).needed,
  setUp: (body: Setup) => data(http.POST('/api/setup', { body })),
};
