/** The inbox. */
import { data, http, id, list, STREAM, stream, tagged, type Filtered, type Query } from '../../api/http';
import type { BulkChange, Change, NewCannedReply, NewMessageRule, NewReply, TagColour } from './types';

export type MessageQuery = Filtered<'/api/admin/messages'>;

export const api = {
  list: (query: Query<'/api/admin/messages'>, signal?: AbortSignal) =>
    list(http.GET('/api/admin/messages', { params: { query }, signal })),
  counts: () => data(http.GET('/api/admin/messages/counts', {})),
  tags: () => data(http.GET('/api/admin/messages/tags', {})),
  get: (message: string, signal?: AbortSignal) =>
    tagged(http.GET('/api/admin/messages/{id}', { ...id(message), signal })),
  change: (message: string, body: Change, etag?: string | null) => {
    const headers = etag ? { 'If-Match': etag } : {};
    return tagged(http.PATCH('/api/admin/messages/{id}', { ...id(message), body, headers }));
  },
  reply: (message: string, body: NewReply, key: string) =>
    data(
      http.POST('/api/admin/messages/{id}/replies', {
        ...id(message),
        body,
        headers: { 'Idempotency-Key': key },
      }),
    ),
  note: (message: string, content: string, key: string) =>
    data(
      http.POST('/api/admin/messages/{id}/notes', {
        ...id(message),
        body: { content },
        headers: { 'Idempotency-Key': key },
      }),
    ),
  removeNote: (message: string, noteId: string) =>
    data(
      http.DELETE('/api/admin/messages/{id}/notes/{noteId}', { params: { path: { id: message, noteId } } }),
    ),
  setTags: (message: string, tags: string[]) =>
    data(http.PUT('/api/admin/messages/{id}/tags', { ...id(message), body: { tags } })),
  /** Marks messages as read or unread, for oneself alone. */
  mark: (ids: string[], read: boolean) => data(http.PUT('/api/admin/messages/read', { body: { ids, read } })),
  markAll: () => data(http.PUT('/api/admin/messages/read-all', {})),
  colourTag: (tag: string, colour: TagColour | null) =>
    data(http.PUT('/api/admin/messages/tags', { body: { tag, colour } })),
  /** Deletes at most 100 messages; asks for a proof of identity if the last one is too old. */
  remove: (ids: string[]) => data(http.POST('/api/admin/messages/delete', { body: { ids } })),
  bulk: (body: BulkChange) => data(http.POST('/api/admin/messages/bulk', { body })),
  retryMail: (message: string) => data(http.POST('/api/admin/messages/{id}/retry-mail', id(message))),
  export: (query: MessageQuery & { format: 'csv' | 'xlsx' }, signal: AbortSignal) =>
    stream(http.GET('/api/admin/messages/export', { params: { query }, ...STREAM, signal })),

  block: (message: string) => data(http.POST('/api/admin/messages/{id}/block-sender', id(message))),
  unblock: (message: string) => data(http.DELETE('/api/admin/messages/{id}/block-sender', id(message))),
  blocked: {
    list: () => data(http.GET('/api/admin/blocked-senders', {})),
    remove: (sender: string) => data(http.DELETE('/api/admin/blocked-senders/{id}', id(sender))),
  },

  rules: {
    list: () => data(http.GET('/api/admin/message-rules', {})),
    add: (body: NewMessageRule) => data(http.POST('/api/admin/message-rules', { body })),
    /** `etag` is the version on which the change is based; a stale one returns 412. */
    change: (rule: string, body: Partial<NewMessageRule>, etag: string) =>
      data(http.PATCH('/api/admin/message-rules/{id}', { ...id(rule), body, headers: { 'If-Match': etag } })),
    remove: (rule: string) => data(http.DELETE('/api/admin/message-rules/{id}', id(rule))),
    order: (ids: string[]) => data(http.PUT('/api/admin/message-rules/order', { body: { ids } })),
  },

  saved: {
    list: () => data(http.GET('/api/admin/saved-filters', {})),
    add: (body: { name: string; query: string; shared: boolean }) =>
      data(http.POST('/api/admin/saved-filters', { body })),
    change: (filter: string, body: { name?: string; query?: string; shared?: boolean }) =>
      data(http.PATCH('/api/admin/saved-filters/{id}', { ...id(filter), body })),
    remove: (filter: string) => data(http.DELETE('/api/admin/saved-filters/{id}', id(filter))),
  },

  canned: {
    add: (body: NewCannedReply) => data(http.POST('/api/admin/canned-replies', { body })),
    /** `etag` is the version on which the change is based; a stale one returns 412. */
    change: (canned: string, body: NewCannedReply, etag: string) =>
      data(
        http.PATCH('/api/admin/canned-replies/{id}', { ...id(canned), body, headers: { 'If-Match': etag } }),
      ),
    remove: (canned: string) => data(http.DELETE('/api/admin/canned-replies/{id}', id(canned))),
  },
};
