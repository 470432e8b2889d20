/** Text of the notices panel. The text of each notice is in its slice. */
export const own = {
  readAll: 'Mark all as read',
  unread: 'Unread',
  something: 'Something happened',
  more: 'Load more',
  emptyTitle: 'Nothing new',
  emptyText: 'New messages, answers of clients and what colleagues give you are told here.',
  choose: 'Choose what you are told of',
  preferences: {
    event: 'Tell me',
    app: 'Here',
    mail: 'By mail',
    always: 'Always',
    never: 'Never',
  },
};
