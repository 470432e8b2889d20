/** The words of getting in that the frame says. */
export const frame = { entity: 'sign-in', stranger: 'Somebody', passwordReset: 'Link for a new password' };
