/** Audit text in the shell. */
export const frame = {
  audit: 'Audit trail',
  goTo: 'Go to the audit trail',
  entity: 'audit trail',
  server: 'The server',
  headWhen: 'the head of the audit trail, once a week',
  head: 'Head of the audit trail',
};
