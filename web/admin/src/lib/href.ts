import { resolve } from '$app/paths';

/** An address inside the dashboard, with the base path in front. */
export function href(path: string): string {
  return resolve(path as '/');
}

/** The place inside the dashboard that an address names: what `href` was given. */
export function placeOf({ pathname }: URL): string {
  return pathname.slice(href('/').replace(/\/$/, '').length) || '/';
}

/** Where to go after sign-in: only addresses of ours. */
export function safeNext(next: string | null): string {
  return next && next.startsWith('/') && !next.startsWith('//') && !next.includes('\\') ? next : '/';
}
