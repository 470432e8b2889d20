/** Settings text in the shell. */
export const frame = {
  settings: 'Settings',
  goTo: 'Go to settings',
  entity: 'settings',
  stop: { title: 'Settings', text: 'The firm, services, hours and mails. The site follows at once.' },
  steps: {
    firm: {
      title: 'Tell who you are',
      text: 'Name, sentence and address of the firm, as the site shows them.',
    },
    services: {
      title: 'Look at your services',
      text: 'The site shows those of an example firm until you change them.',
    },
    hours: { title: 'Set your hours', text: 'Visitors see whether you are open, and when you open next.' },
    mail: {
      title: 'Try a mail',
      text: 'Send yourself one from the mail settings. It counts when a mail server took it.',
    },
  },
};
