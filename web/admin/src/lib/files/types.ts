/** Short names for the types of files. */
import type { FileMeta } from '@tekvwarho/site/files';
import type { Schema } from '../api/types';

export type SentFile = Schema['SentFile'];
export type FileLimits = Schema['FileLimits'];

/** What files are uploaded for: the server takes them along with nothing else. */
export type Purpose = 'chat' | 'message';

/** A file that was sent, or one that is on its way. */
export type Shown = FileMeta | SentFile;

/** A file that is chosen: `fault` says that it can never be sent as it is. */
export interface Chosen extends FileMeta {
  fault?: boolean;
}
