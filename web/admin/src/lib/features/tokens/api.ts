/** Tokens with which programs call the API. */
import { data, http, id, list, type Query } from '../../api/http';
import type { NewToken } from './types';

export const api = {
  list: (query: Query<'/api/admin/tokens'>, signal?: AbortSignal) =>
    list(http.GET('/api/admin/tokens', { params: { query }, signal })),
  add: (body: NewToken) => data(http.POST('/api/admin/tokens', { body })),
  revoke: (token: string) => data(http.DELETE('/api/admin/tokens/{id}', id(token))),
};
