/** Colleagues. */
import { data, http, id, list, LONG, raw, tagged, type Filtered, type Query } from '../../api/http';
import type { Turn } from '../../ui/paged.svelte';
import type { Invitation, StaffPatch } from './types';

export type StaffQuery = Filtered<'/api/admin/staff'>;

export const api = {
  list: (query: Query<'/api/admin/staff'>, signal?: AbortSignal) =>
    list(http.GET('/api/admin/staff', { params: { query }, signal })),
  get: (person: string) => tagged(http.GET('/api/admin/staff/{id}', id(person))),
  change: (person: string, body: StaffPatch, etag: string) =>
    tagged(http.PATCH('/api/admin/staff/{id}', { ...id(person), body, headers: { 'If-Match': etag } })),
  invite: (body: Invitation) => data(http.POST('/api/admin/staff', { body })),
  resend: (person: string) => data(http.POST('/api/admin/staff/{id}/invitation', id(person))),
  withdraw: (person: string) => data(http.DELETE('/api/admin/staff/{id}/invitation', id(person))),
  activate: (person: string) => data(http.POST('/api/admin/staff/{id}/activate', id(person))),
  deactivate: (person: string, reassignTo?: string) =>
    data(
      http.POST('/api/admin/staff/{id}/deactivate', {
        params: { path: { id: person }, query: { reassignTo } },
        ...LONG,
      }),
    ),
  remove: (person: string, reassignTo?: string) =>
    data(
      http.DELETE('/api/admin/staff/{id}', {
        params: { path: { id: person }, query: { reassignTo } },
        ...LONG,
      }),
    ),
  resetLink: (person: string) => data(http.POST('/api/admin/staff/{id}/reset-link', id(person))),
  unlock: (person: string) => data(http.POST('/api/admin/staff/{id}/unlock', id(person))),
  sessions: (person: string, query: Turn) =>
    list(http.GET('/api/admin/staff/{id}/sessions', { params: { path: { id: person }, query } })),
  endSession: (person: string, sessionId: string) =>
    data(
      http.DELETE('/api/admin/staff/{id}/sessions/{sessionId}', {
        params: { path: { id: person, sessionId } },
      }),
    ),
  endSessions: (person: string) => data(http.DELETE('/api/admin/staff/{id}/sessions', id(person))),
  setPicture: (person: string, file: Blob) =>
    data(http.PUT('/api/admin/staff/{id}/avatar', { ...id(person), ...raw(file) })),
  removePicture: (person: string) => data(http.DELETE('/api/admin/staff/{id}/avatar', id(person))),
  preview: (file: Blob) => data(http.POST('/api/admin/staff/import/preview', raw(file))),
  import: (file: Blob, digest: string) =>
    data(http.POST('/api/admin/staff/import', { params: { query: { digest } }, ...raw(file) })),
};
