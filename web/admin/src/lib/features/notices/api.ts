/** Notices and preferences. */
import { data, http, list } from '../../api/http';
import type { NotificationEvent } from '../../api/types';
import type { NotificationChannel } from './types';

export const api = {
  list: (query: { cursor?: string; limit?: number }, signal?: AbortSignal) =>
    list(http.GET('/api/admin/notifications', { params: { query }, signal })),
  count: async () => (await data(http.GET('/api/admin/notifications/count', {}))).unread,
  read: async (body: { ids: string[] } | { entityId: string } | { upTo: string }) =>
    (await data(http.POST('/api/admin/notifications/read', { body }))).unread,
  preferences: () => data(http.GET('/api/admin/notifications/preferences', {})),
  choose: (choices: { event: NotificationEvent; channel: NotificationChannel; isOn: boolean }[]) =>
    data(http.PATCH('/api/admin/notifications/preferences', { body: { choices } })),
};
