/** Palette search over people. */
import type { Found } from '../../slice/slice';
import { api } from './api';

export async function find(q: string, signal: AbortSignal): Promise<Found[]> {
  const { items } = await api.list({ q, limit: 10 }, signal);
  return items.map(({ id, name, email }) => ({
    id: `person-${id}`,
    label: name,
    detail: email,
    path: `/staff/${id}`,
  }));
}
