/** Palette search over chats. */
import type { Found } from '../../slice/slice';
import { api } from './api';
import { nameOf } from './names';

export async function find(q: string, signal: AbortSignal): Promise<Found[]> {
  const { items } = await api.list({ q, limit: 6 }, signal);
  return items.map((one) => ({
    id: one.sessionId,
    label: nameOf(one),
    detail: one.lastLine ?? '',
    path: `/chats/${one.sessionId}?view=all`,
  }));
}
