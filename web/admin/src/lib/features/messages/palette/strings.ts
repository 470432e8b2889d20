/** Message text in the palette: labels, and other words for them. */
export const own = {
  words: {
    messages: 'inbox mail emails contact form enquiries requests conversations clients',
    canned: 'templates snippets saved texts macros',
    'view-mine': 'my assigned to me',
    'view-unassigned': 'nobody free',
    'view-snoozed': 'later postponed waiting remind',
    'view-replied': 'answered sent',
    'view-converted': 'won sales',
    'view-archived': 'archive done closed finished',
    'view-spam': 'junk filtered',
    'view-all': 'everything',
    reply: 'answer respond write email',
    note: 'internal comment remark',
    assign: 'give hand over colleague owner',
    tag: 'label category',
    snooze: 'later postpone remind hide until',
    archive: 'close done finish remove',
  },
  export: { label: 'Export messages', words: 'download csv excel xlsx spreadsheet save backup' },
  blocked: { label: 'Blocked senders', words: 'spam block unblock blocklist ban junk' },
  newCanned: { label: 'New canned reply', words: 'add create template snippet' },
};
