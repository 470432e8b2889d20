import { strangerOf } from '../../slice/join';
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

/** Who acted, if it was not a member of staff; `name` is that of the stranger, where it is known. */
export function actorOf(slices: readonly Slice[], action: string, name?: string): string {
  const stranger = strangerOf(slices, action);
  return stranger === undefined ? frame.server : (name ?? stranger);
}
