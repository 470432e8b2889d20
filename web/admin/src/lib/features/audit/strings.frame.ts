/** Audit text in the shell. */
export const frame = {
  audit: 'Audit trail',
  goTo: 'Go to the audit trail',
  entity: 'audit trail',
  server: 'The server',
  headWhen: 'weekly with the audit trail checkpoint',
  head: 'Audit trail checkpoint',
};
