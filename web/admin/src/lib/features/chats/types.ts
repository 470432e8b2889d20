/** Short names for the types of chats. The frames have the same sessions, lines and notes as the API. */
import type { Schema } from '../../api/types';

export type ChatSession = Schema['ChatSession'];
export type ChatLine = Schema['ChatLine'];
export type ChatNote = Schema['ChatNote'];
export type ChatDetail = Schema['ChatDetail'];
export type ChatStatus = Schema['ChatStatus'];
export type ChatEvent = NonNullable<ChatLine['event']>;
