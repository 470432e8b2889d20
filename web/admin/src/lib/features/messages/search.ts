/** Palette search over messages. */
import type { Found } from '../../slice/slice';
import { api } from './api';

export async function find(q: string, signal: AbortSignal): Promise<Found[]> {
  const { items } = await api.list({ q, limit: 6 }, signal);
  return items.map(({ id, name, excerpt }) => ({
    id,
    label: name,
    detail: excerpt,
    path: `/messages/${id}?view=all`,
  }));
}
