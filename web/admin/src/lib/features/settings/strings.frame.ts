/** Settings text in the shell. */
export const frame = {
  settings: 'Settings',
  goTo: 'Go to settings',
  entity: 'settings',
  page: 'page of the website',
  stop: {
    title: 'Settings',
    text: 'The firm, services, website, hours and emails. The site updates at once.',
  },
  steps: {
    firm: {
      title: 'Say who you are',
      text: 'The firm’s name, tagline and address, as shown on the site.',
    },
    services: {
      title: 'Choose what you offer',
      text: 'Add your services, with a page for each. Examples count as yours once you say that they are right.',
    },
    hours: { title: 'Set your hours', text: 'Visitors see whether you are open, and when you open next.' },
    mail: {
      title: 'Send a test email',
      text: 'Send yourself one from the email settings. This step is done once your mail server accepts the email.',
    },
  },
};
