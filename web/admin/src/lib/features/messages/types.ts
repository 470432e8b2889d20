/** Short names for message types. */
import type { Schema } from '../../api/types';

export type MessageStatus = Schema['MessageStatus'];
export type MessageSummary = Schema['MessageSummary'];
export type MessageDetail = Schema['MessageDetail'];
export type ThreadItem = Schema['ThreadItem'];
export type MailState = Schema['MailState'];
export type MessageCounts = Schema['Counts'];
export type TagCount = Schema['TagCount'];
export type CannedReply = Schema['CannedReply'];
export type NewCannedReply = Schema['NewCannedReply'];
export type MessageRule = Schema['MessageRule'];
export type NewMessageRule = Schema['NewMessageRule'];
export type SavedFilter = Schema['SavedFilter'];
export type TagColour = Schema['TagColour'];
export type BlockedSender = Schema['BlockedSender'];
export type NewReply = Schema['NewReply'];
export type BulkChange = Schema['Bulk'];
export type Change = Schema['Change'];
export type ServiceRef = Schema['ServiceName'];

export const MESSAGE_STATUSES = [
  'new',
  'in_progress',
  'replied',
  'converted',
  'archived',
  'spam',
] as const satisfies readonly MessageStatus[];
