/** The API's types by short names. They come from the server's own description; lists of values are checked against it. */
import type { components } from '@tekvwarho/api-client';

type Schema = components['schemas'];

export type Permission = Schema['Permission'];
export type Role = Schema['Role'];
export type Theme = 'system' | 'light' | 'dark';
export type Me = Schema['Me'];
export type TokenGrant = Schema['SignedIn'];
export type Session = Schema['SessionView'];
export type FactorState = Schema['FactorState'];
export type TotpBegun = Schema['TotpBegun'];
export type Passkey = Schema['PasskeyView'];
export type ColleagueFactors = Schema['ColleagueFactors'];
export type StaffRef = Schema['Person'];
export type Colleague = Schema['Colleague'];
export type ServiceRef = Schema['ServiceName'];
export type MessageStatus = Schema['MessageStatus'];
export type MessageSummary = Schema['MessageSummary'];
export type MessageDetail = Schema['MessageDetail'];
export type ThreadItem = Schema['ThreadItem'];
export type MailState = Schema['MailState'];
export type HistoryEntry = Schema['HistoryItem'];
export type MessageCounts = Schema['Counts'];
export type TagCount = Schema['TagCount'];
export type CannedReply = Schema['CannedReply'];
export type NewCannedReply = Schema['NewCannedReply'];
export type NewReply = Schema['NewReply'];
export type BulkChange = Schema['Bulk'];
export type Undone = Schema['Undone'];
export type FailedMail = Schema['FailedMail'];
export type TrendDay = Schema['TrendDay'];
export type Activity = Schema['Activity'];
export type Dashboard = Schema['Dashboard'];
export type DashboardCounts = Schema['MessageCounts'];
export type ResponseTime = Schema['ResponseTime'];
export type ListMeta = Schema['Meta'];
export type FieldError = Schema['FieldError'];
export type Problem = Schema['Problem'];
export type Setup = Schema['Setup'];
export type StaffState = Schema['StaffState'];
export type StaffSummary = Schema['StaffSummary'];
export type StaffDetail = Schema['StaffDetail'];
export type StaffPatch = Schema['StaffPatch'];
export type Invitation = Schema['Invitation'];
export type ImportPreview = Schema['ImportPreview'];

export const ROLES = ['admin', 'manager', 'staff'] as const satisfies readonly Role[];
export const STAFF_STATES = ['active', 'invited', 'deactivated'] as const satisfies readonly StaffState[];
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
] as const satisfies readonly Permission[];
export type AuditItem = Schema['AuditItem'];
export type AuditChoices = Schema['AuditChoices'];
export type AuditHead = Schema['AuditHead'];
export type Notification = Schema['Notification'];
export type NotificationEvent = Schema['NotificationEvent'];
export type NotificationChannel = Schema['NotificationChannel'];
export type Preference = Schema['NotificationPreference'];
export type ApiToken = Schema['TokenView'];
export type MadeToken = Schema['MadeToken'];
export type NewToken = Schema['NewToken'];
export type TokenState = Schema['TokenState'];

/** A line of a verification. */
export type VerifyLine =
  | { type: 'progress'; checked: number; total: number }
  | {
      type: 'result';
      holds: boolean;
      sealed: number;
      unsealed: number;
      head: string | null;
      broken: { seq: number; entryId: string | null; reason: string } | null;
    }
  | { type: 'error'; detail: string };
export type Onboarding = Schema['Onboarding'];
export type OnboardingPatch = Schema['OnboardingPatch'];
export type SettingsSchema = Schema['SettingsSchema'];
export type SettingKey = Schema['Key'];
export type SettingValues = Record<string, unknown>;
/** Values of settings that have parts; the document has the values of all settings as free JSON. */
export interface Opening {
  day: string;
  opens: string;
  closes: string;
}
export interface Holiday {
  from: string;
  until: string | null;
  name: string;
}
export interface SocialLink {
  name: string;
  url: string;
}
export interface Service {
  slug: string;
  name: string;
  summary: string;
  icon: string;
  intro: string;
  minutes: number | null;
  gets: string[];
  steps: { title: string; text: string }[];
  startsFrom: string | null;
  startsAt: string;
  fits: string[];
  questions: { q: string; a: string }[];
}
export type MailTrial = Schema['MailTrial'];
export type MailPreview = Schema['MailPreview'];
export type MailTest = Schema['MailTest'];
export type Expiring = Schema['Expiring'];

export const MESSAGE_STATUSES = [
  'new',
  'in_progress',
  'replied',
  'converted',
  'archived',
  'spam',
] as const satisfies readonly MessageStatus[];

/** Frames of the staff side of /ws/chat; OpenAPI does not describe sockets. */
export type ServerFrame =
  | { type: 'ready'; staffId: string }
  | { type: 'viewing'; entity: 'message'; id: string; staff: StaffRef[] }
  | { type: 'notice'; kind: NoticeKind; entity: string; id: string | null }
  | { type: 'bye'; reason: 'signed_out' | 'shutdown' | 'idle'; retryAfter?: number }
  | { type: 'error'; code: string; detail: string };
export type NoticeKind =
  | 'message_created'
  | 'message_changed'
  | 'message_replied'
  | 'client_replied'
  | 'mail_failed'
  | 'notification'
  | 'settings_changed'
  | 'staff_changed'
  | 'missed';
