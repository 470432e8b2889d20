/** The words of API tokens that the frame says. */
export const frame = { tokens: 'API tokens', entity: 'API token', letter: 'Notice of a new API token' };
