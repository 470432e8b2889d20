/** Text for times and durations. The browser formats dates, in the language that the person chose. */
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
  yesterday: (clock: string) => `yesterday, ${clock}`,
  inShort: (span: string) => `in ${span}`,
  inMinutes: (n: number) => (n === 1 ? 'in a minute' : `in ${n} minutes`),
  inHours: (n: number) => (n === 1 ? 'in an hour' : `in ${n} hours`),
  tomorrow: (clock: string) => `tomorrow, ${clock}`,
  inDays: (n: number) => `in ${plural(n, 'day', 'days')}`,
  at: (day: string, clock: string) => `${day}, ${clock}`,
};
