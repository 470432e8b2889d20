/** How long somebody has been waiting. Pure. */
import { duration } from '../../format/time';

/** "0:07", "12:40", and from an hour on "1 h 5 min". */
export function waited(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds >= 3_600) return duration(Math.floor(seconds / 60));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
