/** The overview in one response. */
import { data, http } from '../../api/http';

export const api = {
  dashboard: () => data(http.GET('/api/admin/dashboard', {})),
};
