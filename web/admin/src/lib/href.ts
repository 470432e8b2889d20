import { resolve } from '$app/paths';

/** A URL inside the dashboard, with the base path. */
export function href(path: string): string {
  return resolve(path as '/');
}

/** The path inside the dashboard that a URL refers to: the inverse of `href`. */
export function placeOf({ pathname }: URL): string {
  return pathname.slice(href('/').replace(/\/$/, '').length) || '/';
}

/** Where to go after sign-in: only our own URLs. */
export function safeNext(next: string | null): string {
  return next && next.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/';
}
