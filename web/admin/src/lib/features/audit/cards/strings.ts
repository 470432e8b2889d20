/** Text of the dashboard card. */
export const own = {
  activity: 'Activity',
  none: 'What people do here will be listed.',
};
