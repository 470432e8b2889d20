const CEILING = 1000;

/** "" for nothing: a count shows only when it says something. The server counts no further than this. */
export function shownCount(count: number | null): string {
  if (!count) return '';
  return count >= CEILING ? '1,000+' : String(count);
}
