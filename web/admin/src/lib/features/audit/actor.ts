import { strangerOf } from '../../slice/join';
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

/** Who did it, if no member of staff did. */
export const actorOf = (slices: readonly Slice[], action: string): string =>
  strangerOf(slices, action) ?? frame.server;
