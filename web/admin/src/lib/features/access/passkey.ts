/** Signing in with a passkey: shared by the first and the second step. */
import { ApiError, explain } from '../../api/errors';
import type { TokenGrant } from '../../api/types';
import { passkeysFillIn, usePasskey, wasCancelled } from '../../auth/passkeys';
import { api } from './api';
import { own } from './strings';

export async function signInByPasskey(remember: boolean): Promise<TokenGrant> {
  const { challengeId, options } = await api.beginPasskey();
  return api.passkey({ challengeId, credential: await usePasskey(options), remember });
}

/** A challenge expires after five minutes; the next one replaces it before. */
const CHALLENGE_MS = 4.5 * 60_000;

/** A passkey that the person chose, and the challenge that it signed. */
export type Chosen = Omit<Parameters<typeof api.passkey>[0], 'remember'>;

/**
 * Lets the browser list passkeys where it fills in addresses. Returns the one that the person chooses; nothing if the
 * browser cannot do that, or once the signal aborts.
 */
export async function chosenByFillIn(stop: AbortSignal): Promise<Chosen | null> {
  if (!(await passkeysFillIn())) return null;
  while (!stop.aborted) {
    try {
      const { challengeId, options } = await api.beginPasskey();
      const over = AbortSignal.any([stop, AbortSignal.timeout(CHALLENGE_MS)]);
      return { challengeId, credential: await usePasskey(options, over) };
    } catch (failure) {
      // Only an expired challenge is worth another one; the button and the password remain.
      if (!(failure instanceof DOMException && failure.name === 'TimeoutError')) return null;
      await seen(stop);
    }
  }
  return null;
}

/** Until somebody looks at the page: one that is forgotten in a tab asks for no challenges. */
async function seen(stop: AbortSignal): Promise<void> {
  while (document.hidden && !stop.aborted)
    await new Promise((done) => document.addEventListener('visibilitychange', done, { once: true }));
}

/** The error message; empty if the person cancelled. */
export function whyNoPasskey(failure: unknown): string {
  if (wasCancelled(failure)) return '';
  const refused =
    failure instanceof ApiError && (failure.code === 'invalid_credentials' || failure.status === 422);
  return refused ? own.second.passkeyRefused : explain(failure);
}
