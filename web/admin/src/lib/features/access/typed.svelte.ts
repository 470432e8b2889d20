/** The email address typed on one access page, for the next one: in memory, because URLs are stored and shared. */
export const typed = $state({ email: '' });
