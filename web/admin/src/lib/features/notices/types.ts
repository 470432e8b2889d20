/** Short names of what people are told. */
import type { Schema } from '../../api/types';

export type NotificationChannel = Schema['NotificationChannel'];
export type Preference = Schema['NotificationPreference'];
