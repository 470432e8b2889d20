/** Email text in the shell. */
export const frame = {
  entity: 'mail',
  failed: (subject: string | null | undefined) =>
    subject
      ? `A mail about the message from ${subject} could not be delivered`
      : 'A mail could not be delivered',
  failedWhen: 'when a mail could not be delivered',
};
