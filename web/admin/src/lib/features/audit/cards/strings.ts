/** Text of the dashboard card. */
export const own = {
  activity: 'Activity',
  none: 'What people do here shows up in this list.',
};
