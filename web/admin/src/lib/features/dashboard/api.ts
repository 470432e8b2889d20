/** What waits, as one answer. */
import { data, http } from '../../api/http';

export const api = {
  dashboard: () => data(http.GET('/api/admin/dashboard', {})),
};
