/** The audit trail. */
import { data, http, list, STREAM, stream, type Filtered, type Query } from '../../api/http';

export type AuditQuery = Filtered<'/api/admin/audit'>;

export const api = {
  list: (query: Query<'/api/admin/audit'>, signal?: AbortSignal) =>
    list(http.GET('/api/admin/audit', { params: { query }, signal })),
  choices: () => data(http.GET('/api/admin/audit/choices', {})),
  head: () => data(http.GET('/api/admin/audit/head', {})),
  verify: (head: string, signal: AbortSignal) => {
    const query = head ? { head } : {};
    return stream(http.GET('/api/admin/audit/verify', { params: { query }, ...STREAM, signal }));
  },
  export: (query: AuditQuery & { format: 'csv' | 'ndjson' }, signal: AbortSignal) =>
    stream(http.GET('/api/admin/audit/export', { params: { query }, ...STREAM, signal })),
};
