/** The parts of the profile in the palette: labels, and other words for them. */
const detail = 'Profile';

export const own = {
  words: { profile: 'account me my own personal' },
  about: {
    label: 'Your name, time zone and date format',
    words: 'email address timezone language locale region account',
    detail,
  },
  picture: { label: 'Your picture', words: 'photo avatar image portrait', detail },
  website: {
    label: 'You on the website',
    words: 'about page team public profile job title bio show me consent',
    detail,
  },
  look: { label: 'Theme and keyboard', words: 'dark light mode appearance shortcuts keys hotkeys', detail },
  password: { label: 'Your password', words: 'change new passphrase login sign-in security', detail },
  factors: {
    label: 'Your second factor',
    words: '2fa mfa two-factor two-step totp otp authenticator app passkeys recovery backup codes security',
    detail,
  },
  devices: {
    label: 'Your devices',
    words: 'sessions sign out other devices logout everywhere browsers phone computer logins',
    detail,
  },
  notices: {
    label: 'Your notifications',
    words: 'notices alerts emails preferences choose mute',
    detail,
  },
};
