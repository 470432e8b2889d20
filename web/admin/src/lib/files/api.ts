/** Files that were sent, or uploaded for it. `api/upload.ts` sends them. */
import { http, LONG, whole } from '../api/http';

export const api = {
  file: async (id: string, size?: 'preview') => {
    const call = http.GET('/api/admin/files/{id}', {
      params: { path: { id }, query: { size } },
      parseAs: 'blob',
      ...LONG,
    });
    return (await whole(call)).body as unknown as Blob;
  },
};
