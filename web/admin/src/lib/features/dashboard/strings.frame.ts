/** Dashboard text in the shell. */
export const frame = {
  dashboard: 'Dashboard',
  goTo: 'Go to the dashboard',
  stop: { title: 'The dashboard', text: 'What is waiting, how fast you reply, and what happened.' },
};
