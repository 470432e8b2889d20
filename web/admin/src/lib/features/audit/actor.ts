import { strangerOf } from '../../slice/join';
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

/** Who acted, if it was not a member of staff. */
export const actorOf = (slices: readonly Slice[], action: string): string =>
  strangerOf(slices, action) ?? frame.server;
