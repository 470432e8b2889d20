/** The days that are offered for a snooze or a follow-up. Pure; days are `YYYY-MM-DD` in the viewer's zone. */

export type Offer = 'tomorrow' | 'monday' | 'twoWeeks' | 'month';

const text = (date: Date) =>
  `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-${String(date.getDate()).padStart(2, '0')}`;

const after = (now: Date, days: number) =>
  text(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days));

/** Each with its day. Monday is left out on a Sunday: it is tomorrow. */
export function offersFrom(now: Date): { offer: Offer; day: string }[] {
  const toMonday = (8 - now.getDay()) % 7 || 7;
  const all: { offer: Offer; day: string }[] = [
    { offer: 'tomorrow', day: after(now, 1) },
    { offer: 'monday', day: after(now, toMonday) },
    { offer: 'twoWeeks', day: after(now, 14) },
    { offer: 'month', day: monthAfter(now) },
  ];
  return all.filter(({ offer }) => offer !== 'monday' || toMonday > 1);
}

/** The same day of the next month, or its last one. */
function monthAfter(now: Date): string {
  const last = new Date(now.getFullYear(), now.getMonth() + 2, 0).getDate();
  return text(new Date(now.getFullYear(), now.getMonth() + 1, Math.min(now.getDate(), last)));
}

/** The first and the last day that can be chosen. */
export const range = (now: Date) => ({ min: after(now, 1), max: after(now, 365) });
