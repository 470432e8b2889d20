/** Short names for email types. */
import type { Schema } from '../../api/types';

export type FailedMail = Schema['FailedMail'];
