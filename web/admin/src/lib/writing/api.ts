/** What whoever writes to clients uses. */
import { data, http, list } from '../api/http';
import type { Turn } from '../ui/paged.svelte';

export const api = {
  services: () => data(http.GET('/api/admin/services', {})),
  canned: (query: Turn) => list(http.GET('/api/admin/canned-replies', { params: { query } })),
};
