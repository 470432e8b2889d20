/** The words of the card on the dashboard. */
export const own = {
  activity: 'Activity',
  none: 'What people do here shows up in this list.',
};
