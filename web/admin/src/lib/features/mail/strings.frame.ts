/** Email text in the shell. */
export const frame = {
  entity: 'email',
  failed: (subject: string | null | undefined) =>
    subject
      ? `An email about the message from ${subject} could not be delivered`
      : 'An email could not be delivered',
  failedWhen: 'when an email could not be delivered',
  reportWhen: 'when emails could not be delivered, at most once a day',
  report: 'Undelivered emails',
};
