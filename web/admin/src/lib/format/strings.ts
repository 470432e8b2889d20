/** The words of times and spans. Dates are written by the browser, in the language that the person chose. */
import { plural } from './plural';

export const time = {
  now: 'now',
  justNow: 'just now',
  minutes: (n: number) => `${n} min`,
  hours: (n: number) => `${n} h`,
  hoursMinutes: (hours: number, minutes: number) => `${hours} h ${minutes} min`,
  days: (n: number) => plural(n, 'day', 'days'),
  lessThanMinute: '< 1 min',
  minutesAgo: (n: number) => `${plural(n, 'minute', 'minutes')} ago`,
  hoursAgo: (n: number) => `${plural(n, 'hour', 'hours')} ago`,
  today: (clock: string) => `today, ${clock}`,
  yesterday: (clock: string) => `yesterday, ${clock}`,
  at: (day: string, clock: string) => `${day}, ${clock}`,
};
