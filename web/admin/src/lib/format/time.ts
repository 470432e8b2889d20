/** Times for people: relative on screen, exact on hover, in the viewer's time zone. Pure. */
import { time as text } from './strings';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Further ahead, a date is clearer than a number of days. */
const DAYS_AHEAD = 30;

/** "now", "5 min", "3 h", "Tue", "4 Mar", "4 Mar 2025": short enough for a column. Ahead: "in 5 min", "in 3 h", "4 Mar". */
export function shortTime(iso: string, now: number, zone?: string, locale?: string): string {
  const at = Date.parse(iso);
  const ago = now - at;
  if (ago <= -MINUTE) {
    const minutes = Math.round(-ago / MINUTE);
    if (minutes < 60) return text.inShort(text.minutes(minutes));
    const hours = Math.round(-ago / HOUR);
    return hours < 24 ? text.inShort(text.hours(hours)) : dateOf(at, now, zone, locale);
  }
  if (ago < MINUTE) return text.now;
  if (ago < HOUR) return text.minutes(Math.floor(ago / MINUTE));
  const days = daysBetween(at, now, zone);
  if (days === 0 || ago < 6 * HOUR) return text.hours(Math.floor(ago / HOUR));
  if (days < 7) return format(at, { weekday: 'short' }, zone, locale);
  return dateOf(at, now, zone, locale);
}

/**
 * "just now", "5 minutes ago", "3 hours ago", "yesterday, 14:05", "Tue, 14:05", "4 Mar, 14:05". Ahead: "in a minute", "in 3 hours",
 * "tomorrow, 14:05", "in 7 days", "4 Mar, 14:05".
 */
export function longTime(iso: string, now: number, zone?: string, locale?: string): string {
  const at = Date.parse(iso);
  const ago = now - at;
  // Tolerate a clock that is up to a minute ahead.
  if (ago <= -MINUTE) return ahead(at, now, zone, locale);
  if (ago < MINUTE) return text.justNow;
  if (ago < HOUR) return text.minutesAgo(Math.floor(ago / MINUTE));
  const days = daysBetween(at, now, zone);
  if (days === 0 || ago < 6 * HOUR) return text.hoursAgo(Math.floor(ago / HOUR));
  const clock = clockOf(at, zone, locale);
  if (days === 1) return text.yesterday(clock);
  if (days < 7) return text.at(format(at, { weekday: 'short' }, zone, locale), clock);
  return text.at(dateOf(at, now, zone, locale), clock);
}

function ahead(at: number, now: number, zone?: string, locale?: string): string {
  const minutes = Math.round((at - now) / MINUTE);
  if (minutes < 60) return text.inMinutes(minutes);
  const hours = Math.round((at - now) / HOUR);
  if (hours < 24) return text.inHours(hours);
  const days = -daysBetween(at, now, zone);
  if (days === 1) return text.tomorrow(clockOf(at, zone, locale));
  return days <= DAYS_AHEAD ? text.inDays(days) : untilTime(at, now, zone, locale);
}

/** "14:05" today, else "4 Mar, 14:05" or "4 Mar 2025, 14:05": for use after "until", past or future. */
export function untilTime(at: string | number, now: number, zone?: string, locale?: string): string {
  const time = typeof at === 'string' ? Date.parse(at) : at;
  const clock = clockOf(time, zone, locale);
  return daysBetween(time, now, zone) === 0 ? clock : text.at(dateOf(time, now, zone, locale), clock);
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

/** A calendar day such as "2026-11-01" has no time zone: it is read as it is. */
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

/** The date languages on offer; the server accepts any tag. */
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

/** Without a language: British English, like the text. Days are always counted in it, whatever the person chose. */
function format(at: number, options: Intl.DateTimeFormatOptions, zone?: string, locale = 'en-GB'): string {
  const key = JSON.stringify([options, zone, locale]);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(known(locale), { ...options, timeZone: zone });
    formats.set(key, found);
  }
  return found.format(at);
}

/** A tag that the browser does not know must not break the page. */
function known(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en-GB';
  } catch {
    return 'en-GB';
  }
}

function clockOf(at: number, zone?: string, locale?: string): string {
  return format(at, { hour: '2-digit', minute: '2-digit' }, zone, locale);
}

/** "4 Mar", with the year if it is not the current one. */
function dateOf(at: number, now: number, zone?: string, locale?: string): string {
  return format(at, sameYear(at, now, zone) ? { day: 'numeric', month: 'short' } : dateOptions, zone, locale);
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
