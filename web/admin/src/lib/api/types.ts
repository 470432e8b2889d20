/**
 * The API's types under the names of the schema components.
 * Temporary: once `npm run gen` in web/api-client has run, this file becomes
 * `type S = components['schemas']; export type Me = S['Me']; …` and nothing else changes.
 */
export const PERMISSIONS = [
  'messages',
  'chats',
  'consultations',
  'newsletter',
  'analytics',
  'performance',
  'staff',
  'audit',
  'settings',
  'privacy',
] as const;
export type Permission = (typeof PERMISSIONS)[number];
export type Role = 'admin' | 'manager' | 'staff';
export type Theme = 'system' | 'light' | 'dark';

export const MESSAGE_STATUSES = ['new', 'in_progress', 'replied', 'converted', 'archived', 'spam'] as const;
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

export interface Me {
  id: string;
  name: string;
  email: string;
  role: Role;
  permissions: Permission[];
  timeZone: string | null;
  theme: Theme;
  lastLogin: string | null;
  createdAt: string;
  /** Not promised yet (see the wishes): used for {{firm.name}} in canned replies when it is there. */
  firmName?: string;
}

export interface TokenGrant {
  accessToken: string;
  expiresIn: number;
  staff: Me;
}

export interface Session {
  id: string;
  device: string | null;
  browser: string | null;
  os: string | null;
  ipAddress: string | null;
  location: string | null;
  lastActivity: string;
  createdAt: string;
  current: boolean;
}

export interface StaffRef {
  id: string;
  name: string;
}

export interface Colleague extends StaffRef {
  isActive: boolean;
}

export interface ServiceRef {
  slug: string;
  name: string;
}

export interface MessageSummary {
  id: string;
  name: string;
  email: string;
  company: string | null;
  service: string | null;
  serviceName: string | null;
  excerpt: string;
  status: MessageStatus;
  assignedTo: StaffRef | null;
  tags: string[];
  createdAt: string;
  lastActivityAt: string;
  replyCount: number;
  clientRepliedAt: string | null;
  unread: boolean;
}

export interface MailState {
  state: 'pending' | 'sending' | 'sent' | 'failed';
  attempts: number;
  lastError: string | null;
  sentAt: string | null;
}

export interface ThreadItem {
  kind: 'reply' | 'note' | 'client';
  id: string;
  author: StaffRef | null;
  content: string;
  createdAt: string;
  mail: MailState | null;
}

export interface HistoryEntry {
  id: string;
  actor: string | null;
  action: string;
  changes: unknown;
  createdAt: string;
  sentence: string;
}

export interface OtherMessage {
  id: string;
  excerpt: string;
  status: MessageStatus;
  createdAt: string;
}

export interface MessageDetail extends MessageSummary {
  phone: string | null;
  message: string;
  ipAddress: string | null;
  userAgent: string | null;
  consent: boolean;
  version: number;
  thread: ThreadItem[];
  history: HistoryEntry[];
  threadUrl: string;
  client: { otherMessages: OtherMessage[] };
  /** Only in the answer to a change. */
  undoId?: string | null;
}

export type MessageCounts = Record<MessageStatus, number> & { unassigned: number; mine: number };

export interface TagCount {
  tag: string;
  count: number;
}

export interface CannedReply {
  id: string;
  title: string;
  shortcut: string | null;
  content: string;
  updatedAt: string;
}

export interface FailedMail {
  id: string;
  template: string;
  recipient: string;
  subject: string;
  attempts: number;
  lastError: string | null;
  createdAt: string;
  entityType: string | null;
  entityId: string | null;
}

export interface TrendDay {
  day: string;
  received: number;
  answered: number;
}

export interface Activity {
  id: string;
  actor: string | null;
  action: string;
  entityType: string;
  entityId: string | null;
  createdAt: string;
  sentence: string;
}

export interface Dashboard {
  messages: {
    new: number;
    inProgress: number;
    unassigned: number;
    mine: number;
    today: number;
    failedMails: number;
  };
  firstResponse: { medianMinutes: number | null; previousMedianMinutes: number | null; answered: number };
  trend: TrendDay[];
  latest: MessageSummary[];
  activity: Activity[];
}

export interface ListMeta {
  total: number;
  totalIsLowerBound: boolean;
  nextCursor: string | null;
}

export interface FieldError {
  field: string;
  code: string;
  message: string;
}

export interface Problem {
  success: false;
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  errors?: FieldError[];
  requestId?: string;
}

/** Frames of the staff side of /ws/chat. */
export type ServerFrame =
  | { type: 'ready'; staffId: string }
  | { type: 'viewing'; entity: 'message'; id: string; staff: StaffRef[] }
  | { type: 'notice'; kind: NoticeKind; entity: string; id: string }
  | { type: 'bye'; reason: 'signed_out' | 'shutdown' | 'idle'; retryAfter?: number }
  | { type: 'error'; code: string; detail: string };
export type NoticeKind =
  | 'message_created'
  | 'message_changed'
  | 'message_replied'
  | 'client_replied'
  | 'mail_failed'
  | 'settings_changed';
