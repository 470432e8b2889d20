/** The registry of settings: groups, and the settings in them with their names. */
import { data, http } from '../../api/http';

export const loadSchema = () => data(http.GET('/api/admin/settings/schema', {}));
