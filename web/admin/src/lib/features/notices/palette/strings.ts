/** Other words for the notices. */
export const own = { words: { notices: 'notices alerts bell unread news' } };
