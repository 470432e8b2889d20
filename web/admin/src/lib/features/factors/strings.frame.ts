/** The words of second factors that the frame says. */
export const frame = { title: 'Second factor', factorChanged: 'Notice of a changed second factor' };
