/** The words of the first steps that the frame says. */
export const frame = { samples: 'sample data' };
