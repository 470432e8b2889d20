/** The person's own account. */
import { data, http, id, list, raw } from '../../api/http';
import type { Schema } from '../../api/types';
import type { Turn } from '../../ui/paged.svelte';

export const api = {
  password: (body: { currentPassword: string; newPassword: string }) =>
    data(http.POST('/api/auth/password', { body })),
  sessions: (query: Turn) => list(http.GET('/api/auth/sessions', { params: { query } })),
  endSession: (session: string) => data(http.DELETE('/api/auth/sessions/{id}', id(session))),
  endOthers: () => data(http.DELETE('/api/auth/sessions')),
  setPicture: (file: Blob) => data(http.PUT('/api/auth/me/avatar', raw(file))),
  removePicture: () => data(http.DELETE('/api/auth/me/avatar')),
  website: () => data(http.GET('/api/auth/me/website', {})),
  setWebsite: (body: Schema['OwnWebsiteChange']) => data(http.PUT('/api/auth/me/website', { body })),
};
