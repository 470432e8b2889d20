/** Tokens with which programs call the API. */
import { data, http, id } from '../../api/http';
import type { NewToken } from './types';

export const api = {
  list: () => data(http.GET('/api/admin/tokens', {})),
  add: (body: NewToken) => data(http.POST('/api/admin/tokens', { body })),
  revoke: (token: string) => data(http.DELETE('/api/admin/tokens/{id}', id(token))),
};
