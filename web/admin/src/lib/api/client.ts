/** Every call of the dashboard, as `api.…`; each part stands in a file of its name. */
import { audit } from '../features/audit/api';
import { auth, factors, passkeys, setup } from '../features/access/api';
import { data, http, id, whole } from './http';
import { canned, mail, messages } from '../features/messages/api';
import { notices } from '../features/notices/api';
import { onboarding } from '../features/onboarding/api';
import { settings } from '../features/settings/api';
import { staff } from '../features/staff/api';
import { tokens } from '../features/tokens/api';

export const api = {
  ...{ auth, factors, passkeys, setup, messages, canned, mail, staff, audit },
  ...{ settings, onboarding, tokens, notices },
  dashboard: () => data(http.GET('/api/admin/dashboard', {})),
  colleagues: () => data(http.GET('/api/admin/colleagues', {})),
  services: () => data(http.GET('/api/admin/services', {})),
  undo: (undoId: string) => data(http.POST('/api/admin/undo/{id}', id(undoId))),

  /** A picture by the address that people carry; pictures need the token, so no element can load them itself. */
  async picture(address: string): Promise<Blob> {
    const hash = address.slice(address.lastIndexOf('/') + 1);
    const call = http.GET('/api/admin/avatars/{hash}', { params: { path: { hash } }, parseAs: 'blob' });
    return (await whole(call)).body as unknown as Blob;
  },
};
