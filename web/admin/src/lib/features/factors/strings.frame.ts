/** Second factor text in the shell. */
export const frame = { title: 'Second factor', factorChanged: 'Notice of a changed second factor' };
