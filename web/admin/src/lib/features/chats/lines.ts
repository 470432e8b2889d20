/** How the entries of a conversation stand below each other. Pure. */
import type { Entry } from './talk';
import type { ChatLine } from './types';

export interface Shown {
  entry: Entry;
  /** A new day begins. */
  day: boolean;
  /** Somebody else begins to speak, or the same person after a while. */
  first: boolean;
}

const WHILE_MS = 5 * 60_000;
const BEGINNING = 40;

const dayIn = (at: string, zone?: string) => new Date(at).toLocaleDateString('en-CA', { timeZone: zone });

/** Who speaks; null for what stands for itself. */
function speaker(entry: Entry): string | null {
  if (entry.kind === 'outgoing') return entry.one.mode === 'reply' ? 'staff' : null;
  if (entry.kind === 'note' || entry.line.from === 'system') return null;
  return entry.line.from === 'staff' ? `staff ${entry.line.staffId ?? ''}` : 'visitor';
}

export function rows(entries: readonly Entry[], zone?: string): Shown[] {
  return entries.map((entry, at) => {
    const before = entries[at - 1];
    const day = !before || dayIn(before.at, zone) !== dayIn(entry.at, zone);
    const same =
      before && speaker(before) === speaker(entry) && Date.parse(entry.at) - Date.parse(before.at) < WHILE_MS;
    return { entry, day, first: day || !same };
  });
}

/** The first words of a line, or the name of its first file: enough to tell it from others. */
export function beginning({ content, files }: Pick<ChatLine, 'content' | 'files'>): string {
  const text = content.trim() || files?.[0]?.name || '';
  const some = [...text.replace(/\s+/g, ' ')];
  return some.length > BEGINNING ? `${some.slice(0, BEGINNING).join('').trimEnd()}…` : some.join('');
}

/** "14:05". */
export const clockTime = (at: string, zone?: string, locale = 'en-GB'): string =>
  new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', timeZone: zone }).format(
    Date.parse(at),
  );

/** "Tuesday, 4 March". */
export function dayOf(at: string, now: number, zone?: string, locale = 'en-GB'): string {
  const year = dayIn(at, zone).slice(0, 4) === dayIn(new Date(now).toISOString(), zone).slice(0, 4);
  return new Intl.DateTimeFormat(locale, {
    ...{ weekday: 'long', day: 'numeric', month: 'long', timeZone: zone },
    ...(year ? {} : { year: 'numeric' }),
  } as Intl.DateTimeFormatOptions).format(Date.parse(at));
}
