import { text } from "./strings.js";

const LANGUAGE = "en-GB";
const format = (options) => {
  const formatter = new Intl.DateTimeFormat(LANGUAGE, options);
  return (date) => formatter.format(date);
};
export const clock = format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
export const exact = format({ dateStyle: "full", timeStyle: "short" });
const weekday = format({ weekday: "long" });
const date = format({ weekday: "long", day: "numeric", month: "long" });

/** Days from one to the other by the calendar on the wall, whatever clocks are changed between. */
function daysBetween(from, to) {
  const day = (at) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate());
  return Math.round((day(to) - day(from)) / 86_400_000);
}

/** "09:00", "tomorrow, 09:00", "Monday, 09:00", "Monday 7 December, 09:00": in the zone of whoever reads it. */
export function moment(at, now) {
  const days = daysBetween(now, at);
  if (days === 0) return clock(at);
  const day = days === 1 ? text.tomorrow : days < 7 ? weekday(at) : date(at);
  return text.atTime(day, clock(at));
}

/** The heading of a day in a conversation. */
export function dayName(at, now) {
  const days = daysBetween(at, now);
  return days === 0 ? text.today : days === 1 ? text.yesterday : date(at);
}

export const sameDay = (one, other) => daysBetween(one, other) === 0;

/** What a visitor can expect now. `config` can be missing, if it could not be loaded. */
export function expectation(config, now) {
  if (!config) return "";
  const change = config.changesAt && new Date(config.changesAt);
  const soon = change && change > now;
  if (config.available) return soon && config.open ? text.hereUntil(moment(change, now)) : text.here;
  if (config.open === false) return soon ? text.from(moment(change, now)) : text.away;
  return text.busy;
}
