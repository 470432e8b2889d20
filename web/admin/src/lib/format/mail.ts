/** A mailto link for any address, with everything escaped: a mail program would interpret what follows a `?`. */
export const mailTo = (address: string) => `mailto:${encodeURIComponent(address).replaceAll('%40', '@')}`;
