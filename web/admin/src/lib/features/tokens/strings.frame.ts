/** API token text in the shell. */
export const frame = { tokens: 'API tokens', entity: 'API token', letter: 'Notice of a new API token' };
