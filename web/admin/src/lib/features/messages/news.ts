/** What others wrote into a conversation while somebody was writing a reply. Pure. */
import type { ThreadItem } from './types';

/** Lines of the client and of colleagues. Notes are none: clients do not see them, and they answer nobody. */
const byOthers = (thread: ThreadItem[], me: string) =>
  thread.filter((item) => item.kind !== 'note' && item.author?.id !== me);

/** The newest line of others, or the message itself. Ids go up with time. */
export const newestSeen = (message: string, thread: ThreadItem[], me: string): string =>
  byOthers(thread, me).reduce((newest, { id }) => (id > newest ? id : newest), message);

/** Lines of others that came after that one, oldest first. */
export const newsSince = (seen: string, thread: ThreadItem[], me: string): ThreadItem[] =>
  byOthers(thread, me).filter(({ id }) => id > seen);
