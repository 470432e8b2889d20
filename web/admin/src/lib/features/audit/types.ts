/** Short names for audit types. */
import type { Schema } from '../../api/types';

export type AuditItem = Schema['AuditItem'];
export type AuditChoices = Schema['AuditChoices'];
export type AuditHead = Schema['AuditHead'];
export type HistoryEntry = Schema['HistoryItem'];

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
