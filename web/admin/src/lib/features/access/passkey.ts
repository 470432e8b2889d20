/** Signing in with a passkey: shared by the first and the second step. */
import { ApiError, explain } from '../../api/errors';
import type { TokenGrant } from '../../api/types';
import { usePasskey, wasCancelled } from '../../auth/passkeys';
import { api } from './api';
import { own } from './strings';

export async function signInByPasskey(remember: boolean): Promise<TokenGrant> {
  const { challengeId, options } = await api.beginPasskey();
  return api.passkey({ challengeId, credential: await usePasskey(options), remember });
}

/** The error message; empty if the person cancelled. */
export function whyNoPasskey(failure: unknown): string {
  if (wasCancelled(failure)) return '';
  const refused =
    failure instanceof ApiError && (failure.code === 'invalid_credentials' || failure.status === 422);
  return refused ? own.second.passkeyRefused : explain(failure);
}
