/** Other words for the first page. */
export const own = { words: { dashboard: 'home start overview figures statistics' } };
