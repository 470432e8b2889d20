/** The firm's settings. */
import { data, http, id, LONG, raw, tagged, whole } from '../../api/http';
import { loadSchema } from './schema';
import type { MailTrial, NewSitePage, SitePagePatch, SitePageTrial, SettingValues, SiteTrial } from './types';

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
  /** Whether the firm has chosen its services, as the first steps know it; undefined for who cannot do that step. */
  servicesChosen: async () => {
    const { steps } = await data(http.GET('/api/admin/onboarding', {}));
    return steps.find(({ name }) => name === 'services')?.done;
  },
  chooseServices: () => data(http.PATCH('/api/admin/onboarding', { body: { reviewed: 'services' } })),
  previewSite: (body: SiteTrial) => data(http.POST('/api/admin/site/preview', { body })),

  /** The firm's own pages. */
  pages: {
    list: () => data(http.GET('/api/admin/pages', {})),
    get: (page: string) => data(http.GET('/api/admin/pages/{id}', id(page))),
    add: (body: NewSitePage) => data(http.POST('/api/admin/pages', { body })),
    /** `seen` is the version on which the change is based; a stale one returns 412. */
    change: (page: string, body: SitePagePatch, seen: string) =>
      data(
        http.PATCH('/api/admin/pages/{id}', {
          params: { path: { id: page }, header: { 'If-Match': seen } },
          body,
        }),
      ),
    remove: (page: string) => data(http.DELETE('/api/admin/pages/{id}', id(page))),
    order: (ids: string[]) => data(http.PUT('/api/admin/pages/order', { body: { ids } })),
    preview: (body: SitePageTrial) => data(http.POST('/api/admin/pages/preview', { body })),
    upload: (file: Blob) => data(http.POST('/api/admin/pages/pictures', raw(file))),
  },
};
