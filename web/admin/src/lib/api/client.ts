/** All HTTP of the dashboard. Components call `api.…`; nothing else in the program calls `fetch`. */
import { createApiClient } from '@tekvwarho/api-client';
import { SignedOut, Unreachable, type RefreshResult } from '../auth/refresh';
import { ApiError, errorFrom, isAbort, offlineError } from './errors';
import type {
  Asked,
  ApiToken,
  AuditChoices,
  AuditHead,
  AuditItem,
  BulkChange,
  BulkDone,
  CannedReply,
  Colleague,
  ColleagueFactors,
  Dashboard,
  FactorState,
  Expiring,
  FailedMail,
  ImportDone,
  ImportPreview,
  Invitation,
  InvitationView,
  ListMeta,
  MadeToken,
  MailPreview,
  MailTest,
  MailTrial,
  Me,
  MessageCounts,
  MessageDetail,
  MessageStatus,
  MessageSummary,
  NewCannedReply,
  NewReply,
  Passkey,
  PasskeyAdded,
  NewToken,
  Notification,
  NotificationChannel,
  NotificationEvent,
  Preference,
  Onboarding,
  OnboardingPatch,
  Removed,
  Samples,
  ServiceRef,
  Session,
  SettingsSchema,
  SettingValues,
  Setup,
  StaffDetail,
  StaffPatch,
  StaffSummary,
  TagCount,
  Theme,
  ThreadItem,
  TokenGrant,
  TotpBegun,
  Undone,
  UploadedPicture,
} from './types';

/** Where requests get their token from; the session puts itself in here at start. */
export interface TokenSource {
  /** `rejected` is a token that was refused; `last` is the request that ends the session. */
  current(rejected?: string, last?: boolean): Promise<string>;
}
let tokens: TokenSource | null = null;
export function useTokens(source: TokenSource): void {
  tokens = source;
}

/** Asks the person to show again who they are; answers whether they did. The dialog puts itself in here. */
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

/** Until what is being asked now has its answer. */
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

/** Sends it; where a fresh proof is asked for and given, once more. */
async function ask(request: Request): Promise<Response> {
  request.headers.set('X-Client', 'web');
  if (!tokens || OPEN.includes(new URL(request.url).pathname)) return reach(request);
  const again = request.clone();
  const response = await sendWithToken(request, tokens);
  if (response.status !== 403) return response;
  const code = await codeOf(response);
  // The role needs a second factor now: the own profile says so, and the set-up takes the place of the page.
  if (code === 'second_factor_missing') void tokens.current(lastToken).catch(() => undefined);
  if (code !== 'reauthentication_required' || !prove || !(await prove())) return response;
  return sendWithToken(again, tokens);
}

/** The token of the last request: what `current` is told when everything about it is to be asked anew. */
let lastToken: string | undefined;

/** Adds the token; a refused one is replaced and the request is sent once more. */
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

/** A wrong password is also a 401, but no new token helps there. */
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

const http = createApiClient({ fetch: send, baseUrl: location.origin });

interface Answer {
  data?: { data?: unknown; meta?: unknown; message?: string };
  error?: unknown;
  response: Response;
}

async function whole(call: Promise<unknown>): Promise<Answer> {
  const answer = (await call) as Answer;
  if (!answer.response.ok) throw errorFrom(answer.response, answer.error);
  return answer;
}
async function data<T>(call: Promise<unknown>): Promise<T> {
  return (await whole(call)).data?.data as T;
}

/** Settings with the version of all of them. */
async function versioned(call: Promise<unknown>): Promise<{ values: SettingValues; version: string }> {
  const { data, response } = await whole(call);
  return { values: data?.data as SettingValues, version: response.headers.get('ETag') ?? '' };
}

/** The refresh itself, for the token keeper: says what happened instead of throwing. */
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

export type MessageQuery = Partial<{
  status: string;
  assignedTo: string;
  service: string;
  tag: string;
  from: string;
  to: string;
  q: string;
  sort: 'newest' | 'oldest';
}>;

export type StaffQuery = Partial<{ q: string; role: string; state: string }>;
type Pictured = { avatar: string | null };

/** A file as the body, just as it is. */
const raw = (file: Blob) => ({
  body: file as never,
  bodySerializer: (body: unknown) => body as Blob,
  headers: { 'Content-Type': file.type || 'application/octet-stream' },
});
export type AuditQuery = Partial<{
  actor: string;
  action: string;
  entityType: string;
  entityId: string;
  from: string;
  to: string;
  address: string;
  q: string;
}>;

const id = (value: string) => ({ params: { path: { id: value } } });

export const api = {
  auth: {
    login: (body: { email: string; password: string; remember: boolean; otp?: string }) =>
      data<TokenGrant>(http.POST('/api/admin/auth/login', { body })),
    logout: () => data<null>(http.POST('/api/auth/logout', { body: {} })),
    logoutAll: () => data<null>(http.POST('/api/auth/logout-all')),
    change: (body: Partial<Pick<Me, 'name' | 'timeZone' | 'locale'> & { theme: Theme }>) =>
      data<Me>(http.PATCH('/api/auth/me', { body })),
    password: (body: { currentPassword: string; newPassword: string }) =>
      data<null>(http.POST('/api/auth/password', { body })),
    sessions: () => data<Session[]>(http.GET('/api/auth/sessions', {})),
    endSession: (session: string) => data<null>(http.DELETE('/api/auth/sessions/{id}', id(session))),
    endOthers: () => data<null>(http.DELETE('/api/auth/sessions')),
    /** Shows again who is there; the sensitive request can be repeated then. */
    prove: (body: { password: string } | { code: string }) =>
      data<{ until: string }>(http.POST('/api/auth/prove', { body })),
    provePasskeyBegin: () => data<Asked>(http.POST('/api/auth/prove/passkey/begin')),
    provePasskey: (body: { challengeId: string; credential: Record<string, never> }) =>
      data<{ until: string }>(http.POST('/api/auth/prove/passkey', { body })),
    forgot: (email: string) => data<null>(http.POST('/api/auth/forgot', { body: { email } })),
    reset: (body: { token: string; password: string }) => data<null>(http.POST('/api/auth/reset', { body })),
    invitation: (token: string) =>
      data<InvitationView>(http.POST('/api/auth/invitation', { body: { token } })),
    acceptInvite: (body: { token: string; password: string }) =>
      data<{ email: string }>(http.POST('/api/auth/accept-invite', { body })),
    setPicture: (file: Blob) => data<Pictured>(http.PUT('/api/auth/me/avatar', raw(file))),
    removePicture: () => data<Pictured>(http.DELETE('/api/auth/me/avatar')),
    socketTicket: () => data<{ ticket: string }>(http.POST('/api/auth/ws-ticket')),
  },

  factors: {
    state: () => data<FactorState>(http.GET('/api/auth/mfa', {})),
    beginTotp: () => data<TotpBegun>(http.POST('/api/auth/mfa/totp')),
    confirmTotp: (code: string) =>
      data<{ recoveryCodes: string[] }>(http.POST('/api/auth/mfa/totp/confirm', { body: { code } })),
    removeTotp: () => data<null>(http.DELETE('/api/auth/mfa/totp')),
    newCodes: () => data<{ recoveryCodes: string[] }>(http.POST('/api/auth/mfa/recovery-codes')),
    ofColleague: (staff: string) =>
      data<ColleagueFactors>(http.GET('/api/admin/staff/{id}/factors', id(staff))),
    resetOfColleague: (staff: string) => data<null>(http.DELETE('/api/admin/staff/{id}/factors', id(staff))),
  },

  passkeys: {
    list: () => data<Passkey[]>(http.GET('/api/auth/passkeys', {})),
    begin: () => data<Asked>(http.POST('/api/auth/passkeys/register/begin')),
    add: (body: { challengeId: string; name: string; credential: Record<string, never> }) =>
      data<PasskeyAdded>(http.POST('/api/auth/passkeys/register', { body })),
    rename: (passkey: string, name: string) =>
      data<Passkey>(http.PATCH('/api/auth/passkeys/{id}', { ...id(passkey), body: { name } })),
    remove: (passkey: string) => data<null>(http.DELETE('/api/auth/passkeys/{id}', id(passkey))),
    beginSignIn: () => data<Asked>(http.POST('/api/auth/passkeys/sign-in/begin')),
    signIn: (body: { challengeId: string; credential: Record<string, never>; remember: boolean }) =>
      data<TokenGrant>(http.POST('/api/auth/passkeys/sign-in', { body })),
  },

  setup: {
    needed: async () => (await data<{ needed: boolean }>(http.GET('/api/setup', {}))).needed,
    finish: (body: Setup) => data<TokenGrant>(http.POST('/api/setup', { body })),
  },

  dashboard: () => data<Dashboard>(http.GET('/api/admin/dashboard', {})),
  colleagues: () => data<Colleague[]>(http.GET('/api/admin/colleagues', {})),
  services: () => data<ServiceRef[]>(http.GET('/api/admin/services', {})),
  undo: (undoId: string) => data<Undone>(http.POST('/api/admin/undo/{id}', id(undoId))),

  staff: {
    async list(query: StaffQuery & { cursor?: string; limit?: number }, signal?: AbortSignal) {
      const answer = await whole(http.GET('/api/admin/staff', { params: { query }, signal }));
      return { items: answer.data?.data as StaffSummary[], meta: answer.data?.meta as ListMeta };
    },
    async get(person: string) {
      const answer = await whole(http.GET('/api/admin/staff/{id}', id(person)));
      return { detail: answer.data?.data as StaffDetail, etag: answer.response.headers.get('ETag') ?? '' };
    },
    async change(person: string, body: StaffPatch, etag: string) {
      const headers = { 'If-Match': etag };
      const answer = await whole(http.PATCH('/api/admin/staff/{id}', { ...id(person), body, headers }));
      return { detail: answer.data?.data as StaffDetail, etag: answer.response.headers.get('ETag') ?? '' };
    },
    invite: (body: Invitation) => data<StaffSummary>(http.POST('/api/admin/staff', { body })),
    resend: (person: string) => data<StaffDetail>(http.POST('/api/admin/staff/{id}/invitation', id(person))),
    withdraw: (person: string) => data<null>(http.DELETE('/api/admin/staff/{id}/invitation', id(person))),
    activate: (person: string) => data<StaffDetail>(http.POST('/api/admin/staff/{id}/activate', id(person))),
    deactivate: (person: string, reassignTo?: string) =>
      data<StaffDetail>(
        http.POST('/api/admin/staff/{id}/deactivate', {
          params: { path: { id: person }, query: { reassignTo } },
        }),
      ),
    remove: (person: string, reassignTo?: string) =>
      data<null>(
        http.DELETE('/api/admin/staff/{id}', { params: { path: { id: person }, query: { reassignTo } } }),
      ),
    resetLink: (person: string) => data<null>(http.POST('/api/admin/staff/{id}/reset-link', id(person))),
    unlock: (person: string) => data<StaffDetail>(http.POST('/api/admin/staff/{id}/unlock', id(person))),
    sessions: (person: string) => data<Session[]>(http.GET('/api/admin/staff/{id}/sessions', id(person))),
    endSession: (person: string, sessionId: string) =>
      data<null>(
        http.DELETE('/api/admin/staff/{id}/sessions/{sessionId}', {
          params: { path: { id: person, sessionId } },
        }),
      ),
    endSessions: (person: string) => data<null>(http.DELETE('/api/admin/staff/{id}/sessions', id(person))),
    setPicture: (person: string, file: Blob) =>
      data<Pictured>(http.PUT('/api/admin/staff/{id}/avatar', { ...id(person), ...raw(file) })),
    removePicture: (person: string) =>
      data<Pictured>(http.DELETE('/api/admin/staff/{id}/avatar', id(person))),
    preview: (file: Blob) => data<ImportPreview>(http.POST('/api/admin/staff/import/preview', raw(file))),
    import: (file: Blob, digest: string) =>
      data<ImportDone>(http.POST('/api/admin/staff/import', { params: { query: { digest } }, ...raw(file) })),
  },
  /** A picture by the address that people carry; pictures need the token, so no element can load them itself. */
  async picture(address: string): Promise<Blob> {
    const hash = address.slice(address.lastIndexOf('/') + 1);
    const call = http.GET('/api/admin/avatars/{hash}', { params: { path: { hash } }, parseAs: 'blob' });
    return (await whole(call)).data as unknown as Blob;
  },

  mail: {
    failed: () => data<FailedMail[]>(http.GET('/api/admin/mail/failed', {})),
    retry: (mail: string) => data<null>(http.POST('/api/admin/mail/{id}/retry', id(mail))),
  },

  messages: {
    async list(query: MessageQuery & { cursor?: string; limit?: number }, signal?: AbortSignal) {
      const answer = await whole(http.GET('/api/admin/messages', { params: { query }, signal }));
      return { items: answer.data?.data as MessageSummary[], meta: answer.data?.meta as ListMeta };
    },
    counts: () => data<MessageCounts>(http.GET('/api/admin/messages/counts', {})),
    tags: () => data<TagCount[]>(http.GET('/api/admin/messages/tags', {})),
    async get(message: string, signal?: AbortSignal) {
      const answer = await whole(http.GET('/api/admin/messages/{id}', { ...id(message), signal }));
      return { detail: answer.data?.data as MessageDetail, etag: answer.response.headers.get('ETag') };
    },
    async change(
      message: string,
      body: { status?: MessageStatus; assignedTo?: string | null },
      etag?: string | null,
    ) {
      const headers = etag ? { 'If-Match': etag } : {};
      const answer = await whole(http.PATCH('/api/admin/messages/{id}', { ...id(message), body, headers }));
      return { detail: answer.data?.data as MessageDetail, etag: answer.response.headers.get('ETag') };
    },
    reply: (message: string, body: NewReply, key: string) =>
      data<ThreadItem>(
        http.POST('/api/admin/messages/{id}/replies', {
          ...id(message),
          body,
          headers: { 'Idempotency-Key': key },
        }),
      ),
    note: (message: string, content: string, key: string) =>
      data<ThreadItem>(
        http.POST('/api/admin/messages/{id}/notes', {
          ...id(message),
          body: { content },
          headers: { 'Idempotency-Key': key },
        }),
      ),
    removeNote: (message: string, noteId: string) =>
      data<null>(
        http.DELETE('/api/admin/messages/{id}/notes/{noteId}', { params: { path: { id: message, noteId } } }),
      ),
    setTags: (message: string, tags: string[]) =>
      data<MessageDetail>(http.PUT('/api/admin/messages/{id}/tags', { ...id(message), body: { tags } })),
    bulk: (body: BulkChange) => data<BulkDone>(http.POST('/api/admin/messages/bulk', { body })),
    retryMail: (message: string) => data<null>(http.POST('/api/admin/messages/{id}/retry-mail', id(message))),
    /** The raw answer, so that the caller can read it as a stream and show how far it is. */
    async export(query: MessageQuery & { format: 'csv' | 'xlsx' }, signal: AbortSignal): Promise<Response> {
      const call = http.GET('/api/admin/messages/export', { params: { query }, parseAs: 'stream', signal });
      return (await whole(call)).response;
    },
  },

  audit: {
    async list(query: AuditQuery & { cursor?: string; limit?: number }, signal?: AbortSignal) {
      const answer = await whole(http.GET('/api/admin/audit', { params: { query }, signal }));
      return { items: answer.data?.data as AuditItem[], meta: answer.data?.meta as ListMeta };
    },
    choices: () => data<AuditChoices>(http.GET('/api/admin/audit/choices', {})),
    head: () => data<AuditHead>(http.GET('/api/admin/audit/head', {})),
    /** The raw answers: they are read as streams. */
    async verify(head: string, signal: AbortSignal): Promise<Response> {
      const query = head ? { head } : {};
      const call = http.GET('/api/admin/audit/verify', { params: { query }, parseAs: 'stream', signal });
      return (await whole(call)).response;
    },
    async export(query: AuditQuery & { format: 'csv' | 'ndjson' }, signal: AbortSignal): Promise<Response> {
      const call = http.GET('/api/admin/audit/export', { params: { query }, parseAs: 'stream', signal });
      return (await whole(call)).response;
    },
  },

  notices: {
    async list(cursor?: string) {
      const query = { limit: 20, ...(cursor ? { cursor } : {}) };
      const answer = await whole(http.GET('/api/admin/notifications', { params: { query } }));
      return { items: answer.data?.data as Notification[], meta: answer.data?.meta as ListMeta };
    },
    count: async () =>
      (await data<{ unread: number }>(http.GET('/api/admin/notifications/count', {}))).unread,
    read: async (body: { ids: string[] } | { entityId: string } | { upTo: string }) =>
      (await data<{ unread: number }>(http.POST('/api/admin/notifications/read', { body }))).unread,
    preferences: () => data<Preference[]>(http.GET('/api/admin/notifications/preferences', {})),
    choose: (choices: { event: NotificationEvent; channel: NotificationChannel; isOn: boolean }[]) =>
      data<Preference[]>(http.PATCH('/api/admin/notifications/preferences', { body: { choices } })),
  },

  tokens: {
    list: () => data<ApiToken[]>(http.GET('/api/admin/tokens', {})),
    add: (body: NewToken) => data<MadeToken>(http.POST('/api/admin/tokens', { body })),
    revoke: (token: string) => data<null>(http.DELETE('/api/admin/tokens/{id}', id(token))),
  },

  onboarding: {
    get: () => data<Onboarding>(http.GET('/api/admin/onboarding', {})),
    note: (body: OnboardingPatch) => data<Onboarding>(http.PATCH('/api/admin/onboarding', { body })),
    makeSamples: () => data<Samples>(http.POST('/api/admin/samples', {})),
    removeSamples: () => data<Removed>(http.DELETE('/api/admin/samples', {})),
  },

  settings: {
    schema: () => data<SettingsSchema>(http.GET('/api/admin/settings/schema', {})),
    load: () => versioned(http.GET('/api/admin/settings', {})),
    /** `seen` is the version that the change was made on; a stale one is 412. */
    change: (values: SettingValues, seen: string) =>
      versioned(
        http.PATCH('/api/admin/settings', { body: values, params: { header: { 'If-Match': seen } } }),
      ),
    uploadPicture: (file: Blob) =>
      data<UploadedPicture>(http.POST('/api/admin/settings/pictures', raw(file))),
    previewMail: (body: MailTrial) =>
      data<MailPreview>(http.POST('/api/admin/settings/mail/preview', { body })),
    testMail: (body: MailTrial) => data<MailTest>(http.POST('/api/admin/settings/mail/test', { body })),
    retention: (values: SettingValues) =>
      data<Expiring[]>(http.POST('/api/admin/settings/retention', { body: { values } })),
  },

  canned: {
    list: () => data<CannedReply[]>(http.GET('/api/admin/canned-replies', {})),
    add: (body: NewCannedReply) => data<CannedReply>(http.POST('/api/admin/canned-replies', { body })),
    change: (canned: string, body: NewCannedReply) =>
      data<CannedReply>(http.PATCH('/api/admin/canned-replies/{id}', { ...id(canned), body })),
    remove: (canned: string) => data<null>(http.DELETE('/api/admin/canned-replies/{id}', id(canned))),
  },
};
