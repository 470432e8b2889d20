/**
 * Authenticated requests, with responses typed by the server's own description, and errors as `ApiError`. Nothing else
 * in the dashboard calls `fetch`; `upload.ts` sends files in another way.
 */
import { createApiClient, type paths } from '@tekvwarho/api-client';
import { SignedOut, Unreachable, type RefreshResult } from '../auth/refresh';
import { ApiError, errorFrom, offlineError } from './errors';
import { KEY, reach } from './reach';
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

/** The token, for a request that does not go through `http`; `rejected` is one that the server did not take. */
export async function bearer(rejected?: string): Promise<string> {
  if (!tokens) throw offlineError();
  return tokens.current(rejected).catch(rethrow);
}

/** Asks the person to confirm their identity; resolves to whether they did. The dialog registers itself here. */
type Prover = () => Promise<boolean>;
let prove: Prover | null = null;
export function useProof(prover: Prover): void {
  prove = prover;
}

const OPEN = [
  '/api/admin/auth/login',
  '/api/auth/refresh',
  '/api/auth/forgot',
  '/api/auth/reset',
  '/api/auth/reset/link',
  '/api/auth/passkeys/sign-in',
  '/api/auth/passkeys/sign-in/begin',
  '/api/auth/invitation',
  '/api/auth/accept-invite',
  '/api/setup',
  '/api/setup/link',
];

/** The routes that know `Idempotency-Key`. */
const KEYED = /\/api\/admin\/(?!auth\/)/;

/** Options of a request that takes longer than others, such as one that sends mail or changes thousands of rows. */
export const LONG = { limit: 60_000 };
/** Options of a request whose response is read as a stream. */
export const STREAM = { parseAs: 'stream', limit: 0 } as const;
/** The client copies options that it does not know to the request. */
const limitOf = (request: Request) => (request as { limit?: number }).limit;

const LOGOUT = '/api/auth/logout';
const underway = new Set<Promise<Response>>();

/** Resolves when all pending requests are done. */
export async function quiet(): Promise<void> {
  await Promise.allSettled(underway);
}

function send(request: Request): Promise<Response> {
  request.headers.set('X-Client', 'web');
  const answer = once(request);
  underway.add(answer);
  const over = () => underway.delete(answer);
  answer.then(over, over);
  return answer;
}

/** The last POST to each URL that got no response, and its key. */
const unsure = new Map<string, { body: string; key: string }>();

/** Sends a POST that got no response with the same key the next time, so that nothing is done twice. */
async function once(request: Request): Promise<Response> {
  const { url, method, headers } = request;
  const before = unsure.get(url);
  if (method !== 'GET') unsure.delete(url);
  const json = /json/.test(headers.get('Content-Type') ?? 'json');
  if (method !== 'POST' || headers.has(KEY) || !json || !KEYED.test(url)) return ask(request);
  const body = await request.clone().text();
  const key = before?.body === body ? before.key : crypto.randomUUID();
  headers.set(KEY, key);
  try {
    return await ask(request);
  } catch (error) {
    unsure.set(url, { body, key });
    throw error;
  }
}

/** Sends the request; if a fresh proof is required and given, sends it again. */
async function ask(request: Request): Promise<Response> {
  const limit = limitOf(request);
  if (!tokens || OPEN.includes(new URL(request.url).pathname)) return reach(request, limit);
  const again = request.clone();
  const response = await sendWithToken(request, tokens, limit);
  if (response.status !== 403) return response;
  const code = await codeOf(response);
  // The role now requires a second factor: reloading the profile makes the set-up replace the page.
  if (code === 'second_factor_missing') void tokens.current(lastToken).catch(() => undefined);
  if (code !== 'reauthentication_required' || !prove || !(await prove())) return response;
  return sendWithToken(again, tokens, limit);
}

/** The token of the last request: passed to `current` to force a fresh check. */
let lastToken: string | undefined;

/** Adds the token; if it is rejected, gets a new one and sends the request again. */
async function sendWithToken(request: Request, source: TokenSource, limit?: number): Promise<Response> {
  const again = request.clone();
  const last = new URL(request.url).pathname === LOGOUT;
  const token = (lastToken = await source.current(undefined, last).catch(rethrow));
  request.headers.set('Authorization', `Bearer ${token}`);
  const response = await reach(request, limit);
  if (response.status !== 401 || (await aboutPassword(response))) return response;
  const fresh = await source.current(token).catch(rethrow);
  again.headers.set('Authorization', `Bearer ${fresh}`);
  return reach(again, limit);
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
  limit: 120_000,
});

export const id = (value: string) => ({ params: { path: { id: value } } });

/** The refresh itself, for the token keeper: returns what happened instead of throwing. */
export async function refreshToken(): Promise<RefreshResult> {
  try {
    const request = new Request('/api/auth/refresh', {
      method: 'POST',
      headers: { 'X-Client': 'web', 'Content-Type': 'application/json' },
      body: '{}',
    });
    // The server gives a lost answer again.
    const response = await reach(request, 10_000, true);
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
