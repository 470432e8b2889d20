/** A link that opens the mail program for that address, whatever letters it has: what follows a `?` would be for the program. */
export const mailTo = (address: string) => `mailto:${encodeURIComponent(address).replaceAll('%40', '@')}`;
