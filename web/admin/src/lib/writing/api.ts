/** Canned replies, which whoever writes to clients uses. */
import { http, list } from '../api/http';
import type { Turn } from '../ui/paged.svelte';

export const api = {
  canned: (query: Turn) => list(http.GET('/api/admin/canned-replies', { params: { query } })),
};
