/** Every call of the dashboard, as `api.…`; each part stands in a file of its name. */
import { audit } from './audit';
import { auth, factors, passkeys, setup } from './auth';
import { data, http, id, whole } from './http';
import { canned, mail, messages } from './messages';
import { notices } from './notices';
import { onboarding } from './onboarding';
import { settings } from './settings';
import { staff } from './staff';
import { tokens } from './tokens';

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
