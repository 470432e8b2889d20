/** API token text in the palette: labels, and other words for them. */
export const own = {
  words: { tokens: 'keys access programs integrations developers revoke' },
  add: { label: 'New API token', words: 'add create key access program integration' },
};
