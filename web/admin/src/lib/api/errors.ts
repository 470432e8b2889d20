import { words } from '../strings';
import type { FieldError, Problem } from './types';

/** Every failed call throws one of these. `status` 0 means that there was no response at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly fields: FieldError[] = [],
    readonly retryAfter: number | null = null,
    readonly requestId: string | null = null,
  ) {
    super(detail);
  }

  get transient(): boolean {
    return this.status === 0 || this.status >= 500 || this.status === 429;
  }

  fieldMessages(): Record<string, string> {
    return Object.fromEntries(this.fields.map((field) => [field.field, field.message]));
  }
}

export function offlineError(): ApiError {
  return new ApiError(0, 'network', words.errors.network);
}

/** The request may have arrived all the same: for a change, it is unclear whether it was made. */
export function silentError(reading: boolean): ApiError {
  return new ApiError(0, 'silent', reading ? words.errors.silent : words.errors.unsure);
}

export function errorFrom(response: Response, body: unknown): ApiError {
  const problem = (typeof body === 'object' && body ? body : {}) as Partial<Problem>;
  const wait = Number(response.headers.get('Retry-After'));
  return new ApiError(
    response.status,
    problem.code ?? `http_${response.status}`,
    problem.detail ?? problem.title ?? (response.status >= 500 ? words.errors.server : words.errors.refused),
    problem.errors ?? [],
    Number.isFinite(wait) && wait > 0 ? wait : null,
    problem.requestId ?? response.headers.get('X-Request-Id'),
  );
}

/**
 * The message for any thrown error. For invalid fields, the message of the first one: code that shows errors beside
 * fields reads `fields` instead.
 */
export function explain(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.code === 'reauthentication_required') return words.errors.notProved;
    if (error.code === 'second_factor_missing') return words.errors.factorMissing;
    if (error.status === 429) return words.errors.tooMany(error.retryAfter);
    return error.fields[0]?.message ?? error.message;
  }
  if (isUnreached(error)) return words.errors.network;
  return words.errors.unexpected;
}

/** True if there was no response at all. */
export function isUnreached(error: unknown): boolean {
  return error instanceof ApiError
    ? error.status === 0
    : error instanceof Error && error.name === 'Unreachable';
}

/** True if there was no response in time. */
export function isSilent(error: unknown): boolean {
  return error instanceof ApiError && error.code === 'silent';
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
