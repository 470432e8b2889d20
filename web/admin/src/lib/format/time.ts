/** Times for people: relative for the eye, exact on hover, in the viewer's zone. Pure. */
import { time as text } from './strings';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "now", "5 min", "3 h", "Tue", "4 Mar", "4 Mar 2025": short enough for a column. */
export function shortTime(iso: string, now: number, zone?: string, locale?: string): string {
  const at = Date.parse(iso);
  const ago = now - at;
  if (ago < MINUTE) return text.now;
  if (ago < HOUR) return text.minutes(Math.floor(ago / MINUTE));
  const days = daysBetween(at, now, zone);
  if (days === 0 || ago < 6 * HOUR) return text.hours(Math.floor(ago / HOUR));
  if (days < 7) return format(at, { weekday: 'short' }, zone, locale);
  return format(at, sameYear(at, now, zone) ? { day: 'numeric', month: 'short' } : dateOptions, zone, locale);
}

/** "just now", "5 minutes ago", "3 hours ago", "yesterday, 14:05", "Tue, 14:05", "4 Mar, 14:05"; of what is to come "today, 14:05" or the day. */
export function longTime(iso: string, now: number, zone?: string, locale?: string): string {
  const at = Date.parse(iso);
  const ago = now - at;
  const clock = format(at, { hour: '2-digit', minute: '2-digit' }, zone, locale);
  const options = sameYear(at, now, zone) ? ({ day: 'numeric', month: 'short' } as const) : dateOptions;
  const onItsDay = () => text.at(format(at, options, zone, locale), clock);
  // Clocks differ a little; what is a minute ahead is to come.
  if (ago <= -MINUTE) return daysBetween(at, now, zone) === 0 ? text.today(clock) : onItsDay();
  if (ago < MINUTE) return text.justNow;
  if (ago < HOUR) return text.minutesAgo(Math.floor(ago / MINUTE));
  const days = daysBetween(at, now, zone);
  if (days === 0 || ago < 6 * HOUR) return text.hoursAgo(Math.floor(ago / HOUR));
  if (days === 1) return text.yesterday(clock);
  if (days < 7) return text.at(format(at, { weekday: 'short' }, zone, locale), clock);
  return onItsDay();
}

/** "Tuesday, 4 March 2025 at 14:05 GMT+1", for titles and screen readers. */
export function exactTime(iso: string, zone?: string, locale?: string): string {
  return format(
    Date.parse(iso),
    {
      weekday: 'long',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
    },
    zone,
    locale,
  );
}

/** 95 → "1 h 35 min"; for response times. */
export function duration(minutes: number): string {
  const whole = Math.round(minutes);
  if (whole < 1) return text.lessThanMinute;
  if (whole < 60) return text.minutes(whole);
  if (whole < 48 * 60) {
    const rest = whole % 60;
    return rest && whole < 10 * 60
      ? text.hoursMinutes(Math.floor(whole / 60), rest)
      : text.hours(Math.round(whole / 60));
  }
  return text.days(Math.round(whole / 1440));
}

/** A calendar day such as "2026-11-01" carries no zone: it is read as it stands. */
export function dayLabel(day: string, long = false, locale = 'en-GB'): string {
  return new Intl.DateTimeFormat(known(locale), {
    day: 'numeric',
    month: long ? 'long' : 'short',
    ...(long ? { weekday: 'long', year: 'numeric' } : {}),
    timeZone: 'UTC',
  } as Intl.DateTimeFormatOptions).format(new Date(`${day}T00:00:00Z`));
}

export function hourIn(now: number, zone?: string): number {
  return Number(
    new Intl.DateTimeFormat('en-GB', { hour: '2-digit', hourCycle: 'h23', timeZone: zone }).format(now),
  );
}

/** Languages of dates that are offered; the server takes any tag. */
export const LOCALES = [
  ...[
    'cs-CZ',
    'da-DK',
    'de-AT',
    'de-CH',
    'de-DE',
    'en-AU',
    'en-CA',
    'en-IE',
    'en-IN',
    'en-US',
    'es-ES',
    'es-MX',
  ],
  ...[
    'et-EE',
    'fi-FI',
    'fr-BE',
    'fr-CA',
    'fr-CH',
    'fr-FR',
    'hu-HU',
    'it-IT',
    'ja-JP',
    'ko-KR',
    'lt-LT',
    'lv-LV',
  ],
  ...[
    'nb-NO',
    'nl-BE',
    'nl-NL',
    'pl-PL',
    'pt-BR',
    'pt-PT',
    'ro-RO',
    'sk-SK',
    'sl-SI',
    'sv-SE',
    'tr-TR',
    'uk-UA',
  ],
];

/** "German (Austria)". */
export function nameOfLocale(tag: string): string {
  return new Intl.DisplayNames('en-GB', { type: 'language', languageDisplay: 'standard' }).of(tag) ?? tag;
}

const dateOptions = { day: 'numeric', month: 'short', year: 'numeric' } as const;
const formats = new Map<string, Intl.DateTimeFormat>();

/** Without a language: British English, like the words. Days are counted in it too, whatever the person reads. */
function format(at: number, options: Intl.DateTimeFormatOptions, zone?: string, locale = 'en-GB'): string {
  const key = JSON.stringify([options, zone, locale]);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(known(locale), { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found.format(at);
}

/** A tag that the browser cannot read must not take the page down. */
function known(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en-GB';
  } catch {
    return 'en-GB';
  }
}

function dayNumber(at: number, zone?: string): number {
  const [day, month, year] = format(at, { day: '2-digit', month: '2-digit', year: 'numeric' }, zone)
    .split('/')
    .map(Number);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day) / DAY;
}

function daysBetween(at: number, now: number, zone?: string): number {
  return dayNumber(now, zone) - dayNumber(at, zone);
}

function sameYear(a: number, b: number, zone?: string): boolean {
  return format(a, { year: 'numeric' }, zone) === format(b, { year: 'numeric' }, zone);
}
