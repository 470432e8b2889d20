/** Chats, but for what travels on the socket. */
import { data, http, list, STREAM, stream, tagged, type Filtered, type Query } from '../../api/http';

export type ChatQuery = Filtered<'/api/admin/chats'>;

const of = (sessionId: string) => ({ params: { path: { sessionId } } });

export const api = {
  list: (query: Query<'/api/admin/chats'>, signal?: AbortSignal) =>
    list(http.GET('/api/admin/chats', { params: { query }, signal })),
  export: (query: ChatQuery & { format: 'csv' | 'xlsx' }, signal: AbortSignal) =>
    stream(http.GET('/api/admin/chats/export', { params: { query }, ...STREAM, signal })),
  get: (id: string, signal?: AbortSignal) =>
    tagged(http.GET('/api/admin/chats/{sessionId}', { ...of(id), signal })),
  /** Lines before that one, or the newest ones, in order. */
  lines: async (id: string, beforeSeq?: number, signal?: AbortSignal) => {
    const params = { path: { sessionId: id }, query: { beforeSeq, limit: 50 } };
    const { items } = await list(http.GET('/api/admin/chats/{sessionId}/messages', { params, signal }));
    return items;
  },
  /** What visitors are told of the chat, among it which files can be sent. */
  config: () => data(http.GET('/api/chat/config', {})),
  assign: (id: string, staffId: string) =>
    tagged(http.POST('/api/admin/chats/{sessionId}/assign', { ...of(id), body: { staffId } })),
  transfer: (id: string, staffId: string, note?: string) =>
    tagged(http.POST('/api/admin/chats/{sessionId}/transfer', { ...of(id), body: { staffId, note } })),
  release: (id: string) => tagged(http.POST('/api/admin/chats/{sessionId}/release', of(id))),
  close: (id: string) => tagged(http.POST('/api/admin/chats/{sessionId}/close', of(id))),
  reopen: (id: string) => tagged(http.POST('/api/admin/chats/{sessionId}/reopen', of(id))),
  setTags: (id: string, tags: string[]) =>
    tagged(http.POST('/api/admin/chats/{sessionId}/tags', { ...of(id), body: { tags } })),
  spam: (id: string, isSpam: boolean) =>
    tagged(http.POST('/api/admin/chats/{sessionId}/spam', { ...of(id), body: { isSpam } })),
  /** 0 minutes ends the block. */
  block: (id: string, minutes: number, address: boolean) =>
    tagged(http.POST('/api/admin/chats/{sessionId}/block', { ...of(id), body: { minutes, address } })),
  delete: (id: string) => data(http.DELETE('/api/admin/chats/{sessionId}', of(id))),
  toMessage: (id: string) => data(http.POST('/api/admin/chats/{sessionId}/to-message', of(id))),
  redact: (id: string, seq: number) =>
    data(
      http.DELETE('/api/admin/chats/{sessionId}/messages/{seq}', {
        params: { path: { sessionId: id, seq } },
      }),
    ),
  transcript: (id: string, format: 'txt' | 'html', signal: AbortSignal) =>
    stream(
      http.GET('/api/admin/chats/{sessionId}/transcript', {
        params: { path: { sessionId: id }, query: { format } },
        ...STREAM,
        signal,
      }),
    ),
  /** What the same person wrote by the contact form. */
  messagesOf: async (email: string, signal: AbortSignal) => {
    const params = { query: { q: email, limit: 10 } };
    const { items } = await list(http.GET('/api/admin/messages', { params, signal }));
    return items.filter((one) => one.email.toLowerCase() === email.toLowerCase());
  },
};
