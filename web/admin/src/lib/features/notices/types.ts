/** Short names for notice types. */
import type { Schema } from '../../api/types';

export type NotificationChannel = Schema['NotificationChannel'];
export type Preference = Schema['NotificationPreference'];
