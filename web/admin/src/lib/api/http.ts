/**
 * Authenticated requests, with responses typed by the server's own description, and errors as `ApiError`. Nothing else
 * in the dashboard calls `fetch`.
 */
import { createApiClient, type paths } from '@tekvwarho/api-client';
import { SignedOut, Unreachable, type RefreshResult } from '../auth/refresh';
import { ApiError, errorFrom, isAbort, offlineError } from './errors';
import type { ListMeta, TokenGrant } from './types';

/** Where requests get their token; the session registers itself here on start. */
export interface TokenSource {
  /** `rejected` is a token that was rejected; `last` marks the request that ends the session. */
  current(rejected?: string, last?: boolean): Promise<string>;
}
let tokens: TokenSource | null = null;
export function useTokens(source: TokenSource): void {
  tokens = source;
}

/** Asks the person to confirm their identity; resolves to whether they did. The dialog registers itself here. */
type Prover = () => Promise<boolean>;
let prove: Prover | null = null;
export function useProof(prover: Prover): void {
  prove = prover;
}

const CLIENT = { 'X-Client': 'web' };
const OPEN = [
  '/api/admin/auth/login',
  '/api/auth/refresh',
  '/api/auth/forgot',
  '/api/auth/reset',
  '/api/auth/passkeys/sign-in',
  '/api/auth/passkeys/sign-in/begin',
  '/api/auth/invitation',
  '/api/auth/accept-invite',
  '/api/setup',
];

const LOGOUT = '/api/auth/logout';
const underway = new Set<Promise<Response>>();

/** Resolves when all pending requests are done. */
export async function quiet(): Promise<void> {
  await Promise.allSettled(underway);
}

function send(request: Request): Promise<Response> {
  const answer = ask(request);
  underway.add(answer);
  const over = () => underway.delete(answer);
  answer.then(over, over);
  return answer;
}

/** Sends the request; if a fresh proof is required and given, sends it again. */
async function ask(request: Request): Promise<Response> {
  request.headers.set('X-Client', 'web');
  if (!tokens || OPEN.includes(new URL(request.url).pathname)) return reach(request);
  const again = request.clone();
  const response = await sendWithToken(request, tokens);
  if (response.status !== 403) return response;
  const code = await codeOf(response);
  // The role now requires a second factor: reloading the profile makes the set-up replace the page.
  if (code === 'second_factor_missing') void tokens.current(lastToken).catch(() => undefined);
  if (code !== 'reauthentication_required' || !prove || !(await prove())) return response;
  return sendWithToken(again, tokens);
}

/** The token of the last request: passed to `current` to force a fresh check. */
let lastToken: string | undefined;

/** Adds the token; if it is rejected, gets a new one and sends the request again. */
async function sendWithToken(request: Request, source: TokenSource): Promise<Response> {
  const again = request.clone();
  const last = new URL(request.url).pathname === LOGOUT;
  const token = (lastToken = await source.current(undefined, last).catch(rethrow));
  request.headers.set('Authorization', `Bearer ${token}`);
  const response = await reach(request);
  if (response.status !== 401 || (await aboutPassword(response))) return response;
  const fresh = await source.current(token).catch(rethrow);
  again.headers.set('Authorization', `Bearer ${fresh}`);
  return reach(again);
}

/** A wrong password is a 401 too, but a new token does not help there. */
async function aboutPassword(response: Response): Promise<boolean> {
  const code = await codeOf(response);
  return code === 'invalid_credentials' || code === 'second_factor_required';
}

async function codeOf(response: Response): Promise<string | undefined> {
  const problem = (await response
    .clone()
    .json()
    .catch(() => null)) as { code?: string } | null;
  return problem?.code;
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (isAbort(error)) throw error;
    throw offlineError();
  }
}

function rethrow(error: unknown): never {
  if (error instanceof Unreachable) throw offlineError();
  if (error instanceof SignedOut) throw new ApiError(401, 'signed_out', error.message);
  throw error;
}

export const http = createApiClient({ fetch: send, baseUrl: location.origin });

/** The result of a request through `http`. */
type Answered<Body> = Promise<{ data?: Body; error?: unknown; response: Response }>;

/** The response body and headers. */
export async function whole<Body>(call: Answered<Body>): Promise<{ body: Body; response: Response }> {
  const { data, error, response } = await call;
  if (!response.ok) throw errorFrom(response, error);
  return { body: data as Body, response };
}

/** The data of the response. */
export async function data<T>(call: Answered<{ data: T }>): Promise<T> {
  return (await whole(call)).body.data;
}

/** A page of a list. */
export async function list<Item>(
  call: Answered<{ data: Item[]; meta?: ListMeta | null }>,
): Promise<{ items: Item[]; meta: ListMeta }> {
  const { body } = await whole(call);
  return { items: body.data, meta: body.meta ?? { total: 0, totalIsLowerBound: false, nextCursor: null } };
}

/** An entity with its version, which a change sends in `If-Match`. */
export interface Tagged<T> {
  detail: T;
  etag: string;
}

export async function tagged<T>(call: Answered<{ data: T }>): Promise<Tagged<T>> {
  const { body, response } = await whole(call);
  return { detail: body.data, etag: response.headers.get('ETag') ?? '' };
}

/** The raw response, for callers that read it as a stream. */
export async function stream(call: Answered<unknown>): Promise<Response> {
  return (await whole(call)).response;
}

/** The query parameters of a list, as the server describes them. */
export type Query<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Q } } }
  ? NonNullable<Q>
  : never;

/** The same without the position: filters and sort order. */
export type Filtered<Path extends keyof paths> = Omit<Query<Path>, 'cursor' | 'limit'>;

/** A file as the unchanged body. */
export const raw = (file: Blob) => ({
  body: file as never,
  bodySerializer: (body: unknown) => body as Blob,
  headers: { 'Content-Type': file.type || 'application/octet-stream' },
});

export const id = (value: string) => ({ params: { path: { id: value } } });

/** The refresh itself, for the token keeper: returns what happened instead of throwing. */
export async function refreshToken(): Promise<RefreshResult> {
  try {
    const response = await fetch('/api/auth/refresh', {
      method: 'POST',
      headers: { ...CLIENT, 'Content-Type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(15_000),
    });
    if (response.ok)
      return { kind: 'granted', grant: ((await response.json()) as { data: TokenGrant }).data };
    if (response.status >= 500 || response.status === 429 || response.status === 408) {
      const seconds = Number(response.headers.get('Retry-After'));
      return { kind: 'unreachable', retryAfterMs: seconds > 0 ? seconds * 1000 : undefined };
    }
    return { kind: 'signed_out' };
  } catch {
    return { kind: 'unreachable' };
  }
}
