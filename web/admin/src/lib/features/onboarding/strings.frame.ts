/** Onboarding text in the shell. */
export const frame = { samples: 'sample data' };
