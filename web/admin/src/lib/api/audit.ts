/** The audit trail. */
import { data, http, list, stream } from './http';

export type AuditQuery = Partial<{
  actor: string;
  action: string;
  entityType: string;
  entityId: string;
  from: string;
  to: string;
  address: string;
  q: string;
}>;

export const audit = {
  list: (query: AuditQuery & { cursor?: string; limit?: number }, signal?: AbortSignal) =>
    list(http.GET('/api/admin/audit', { params: { query }, signal })),
  choices: () => data(http.GET('/api/admin/audit/choices', {})),
  head: () => data(http.GET('/api/admin/audit/head', {})),
  verify: (head: string, signal: AbortSignal) => {
    const query = head ? { head } : {};
    return stream(http.GET('/api/admin/audit/verify', { params: { query }, parseAs: 'stream', signal }));
  },
  export: (query: AuditQuery & { format: 'csv' | 'ndjson' }, signal: AbortSignal) =>
    stream(http.GET('/api/admin/audit/export', { params: { query }, parseAs: 'stream', signal })),
};
