/** The words of getting in that the frame says. */
export const frame = { entity: 'sign-in', stranger: 'Someone', passwordReset: 'Password reset link' };
