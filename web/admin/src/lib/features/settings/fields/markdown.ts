/** Markdown that the dashboard writes itself. Pure. */

/** An uploaded picture. What Markdown would read as its own sign in the words is escaped. */
export const markdownOf = (picture: string, alt: string): string =>
  `![${alt
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[\\[\]*_`<>!&]/g, '\\$&')}](/pictures/${picture})`;
