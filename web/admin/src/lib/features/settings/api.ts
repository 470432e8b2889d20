/** The firm's settings. */
import { data, http, LONG, raw, tagged, whole } from '../../api/http';
import { loadSchema } from './schema';
import type { MailTrial, SettingValues } from './types';

export const api = {
  schema: loadSchema,
  load: () => tagged(http.GET('/api/admin/settings', {})),
  /** `seen` is the version on which the change is based; a stale one returns 412. */
  change: (values: SettingValues, seen: string) =>
    tagged(http.PATCH('/api/admin/settings', { body: values, params: { header: { 'If-Match': seen } } })),
  /** A picture by its name, chosen or not. */
  async picture(name: string): Promise<Blob> {
    const call = http.GET('/api/admin/settings/pictures/{name}', {
      params: { path: { name } },
      parseAs: 'blob',
    });
    return (await whole(call)).body as unknown as Blob;
  },
  uploadPicture: (file: Blob) => data(http.POST('/api/admin/settings/pictures', raw(file))),
  previewMail: (body: MailTrial) => data(http.POST('/api/admin/settings/mail/preview', { body })),
  testMail: (body: MailTrial) => data(http.POST('/api/admin/settings/mail/test', { body, ...LONG })),
  retention: (values: SettingValues) =>
    data(http.POST('/api/admin/settings/retention', { body: { values }, ...LONG })),
};
