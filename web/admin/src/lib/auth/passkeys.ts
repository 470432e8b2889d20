/** WebAuthn in the browser: options and responses travel as JSON with bytes in base64url. */

type Json = Record<string, unknown>;
/** The server's description says only that it is an object. */
type Answer = Record<string, never>;

export function passkeysWork(): boolean {
  return typeof PublicKeyCredential === 'function' && window.isSecureContext;
}

/** Whether the browser lists passkeys where it fills in addresses (WebAuthn Level 3, conditional mediation). */
export async function passkeysFillIn(): Promise<boolean> {
  return passkeysWork() && ((await PublicKeyCredential.isConditionalMediationAvailable?.()) ?? false);
}

/** The person closed the browser's dialog, or it timed out: nothing to explain. */
export function wasCancelled(error: unknown): boolean {
  return error instanceof DOMException && (error.name === 'NotAllowedError' || error.name === 'AbortError');
}

/** This authenticator already holds a passkey of the account. */
export function isKnownAlready(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'InvalidStateError';
}

/** Creates a passkey; `options` come from the server. */
export async function createPasskey(options: unknown): Promise<Answer> {
  const asked = (options as { publicKey: Json }).publicKey;
  const user = asked.user as Json;
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    user: { ...user, id: bytes(user.id) },
    excludeCredentials: ids(asked.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return answer(made, {
    attestationObject: text(response.attestationObject),
    clientDataJSON: text(response.clientDataJSON),
    transports: response.getTransports?.() ?? [],
  });
}

/**
 * Signs the server's challenge with a passkey that the person chooses: in a dialog, or, with `fillIn`, where the browser
 * fills in addresses, until the signal aborts.
 */
export async function usePasskey(options: unknown, fillIn?: AbortSignal): Promise<Answer> {
  const asked = (options as { publicKey: Json }).publicKey;
  const publicKey = {
    ...asked,
    challenge: bytes(asked.challenge),
    allowCredentials: ids(asked.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const how = fillIn ? { mediation: 'conditional' as const, signal: fillIn } : {};
  const used = (await navigator.credentials.get({ publicKey, ...how })) as PublicKeyCredential;
  const response = used.response as AuthenticatorAssertionResponse;
  return answer(used, {
    authenticatorData: text(response.authenticatorData),
    clientDataJSON: text(response.clientDataJSON),
    signature: text(response.signature),
    userHandle: response.userHandle ? text(response.userHandle) : null,
  });
}

function answer(credential: PublicKeyCredential, response: Json): Answer {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    extensions: credential.getClientExtensionResults(),
  } as unknown as Answer;
}

function ids(list: unknown): unknown[] {
  return ((list as Json[] | undefined) ?? []).map((entry) => ({ ...entry, id: bytes(entry.id) }));
}

export function bytes(base64url: unknown): Uint8Array {
  const binary = atob(String(base64url).replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

export function text(buffer: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
