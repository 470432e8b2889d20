/** Staff text in the palette: labels, and other words for them. */
export const own = {
  words: { staff: 'people team colleagues employees members users accounts permissions roles rights' },
  invite: { label: 'Invite a person', words: 'add new colleague employee team member user account staff' },
  import: { label: 'Import people', words: 'add several invite csv upload staff colleagues users' },
};
