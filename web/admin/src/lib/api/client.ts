/** Calls that no slice owns. Each slice has its own in `api.ts`. */
import { data, http, id, whole } from './http';
import { APART } from './reach';
import type { Me, Theme } from './types';

export const api = {
  logout: () => data(http.POST('/api/auth/logout', { body: {} })),
  socketTicket: (limit: number) => data(http.POST('/api/auth/ws-ticket', { ...APART, ...{ limit } })),
  /** The person's own profile. */
  change: (body: Partial<Pick<Me, 'name' | 'timeZone' | 'locale'> & { theme: Theme }>) =>
    data(http.PATCH('/api/auth/me', { body })),
  colleagues: () => data(http.GET('/api/admin/colleagues', {})),
  undo: (undoId: string) => data(http.POST('/api/admin/undo/{id}', id(undoId))),

  /** A picture by its URL; pictures require the token, so no element can load them by itself. */
  async picture(address: string): Promise<Blob> {
    const hash = address.slice(address.lastIndexOf('/') + 1);
    const call = http.GET('/api/admin/avatars/{hash}', { params: { path: { hash } }, parseAs: 'blob' });
    return (await whole(call)).body as unknown as Blob;
  },
};
