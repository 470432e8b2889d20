/** Emails that could not be delivered. */
import { data, http, id } from '../../api/http';

export const api = {
  failed: () => data(http.GET('/api/admin/mail/failed', {})),
  retry: (mail: string) => data(http.POST('/api/admin/mail/{id}/retry', id(mail))),
};
