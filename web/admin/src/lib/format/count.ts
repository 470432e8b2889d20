const CEILING = 1000;

/** "" for nothing: a count appears only if it says something. The server stops counting here. */
export function shownCount(count: number | null): string {
  if (!count) return '';
  return count >= CEILING ? '1,000+' : String(count);
}
