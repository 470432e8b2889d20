/** Access text in the shell. */
export const frame = { entity: 'sign-in', stranger: 'Somebody', passwordReset: 'Link for a new password' };
