/** Short names of mails. */
import type { Schema } from '../../api/types';

export type FailedMail = Schema['FailedMail'];
