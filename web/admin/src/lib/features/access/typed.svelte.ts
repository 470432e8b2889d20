/** The address typed on one page of the way in, for the next one: in memory, since addresses are kept and passed on. */
export const typed = $state({ email: '' });
