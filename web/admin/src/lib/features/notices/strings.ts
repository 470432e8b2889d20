/** Text of the notices panel. The text of each notice is in its slice. */
export const own = {
  readAll: 'Mark all as read',
  unread: 'Unread',
  something: 'Something happened',
  more: 'Load more',
  emptyTitle: 'Nothing new',
  emptyText: 'New messages, client replies and work assigned to you appear here.',
  choose: 'Choose your notifications',
  preferences: {
    event: 'Notify me',
    app: 'Here',
    mail: 'By email',
    whileAway: 'while you’re not in the dashboard',
    mailWhileAway: 'Emails go out while you’re not in the dashboard.',
    always: 'Always',
    never: 'Never',
  },
};
