/** Profile text in the shell. */
export const frame = {
  profile: 'Profile',
  goTo: 'Go to your profile',
  newDevice: (device: string | null | undefined) =>
    `New sign-in to your account: ${device ?? 'unknown device'}`,
  newDeviceWhen: 'when my account is used on a new device',
  letters: { password_changed: 'Notice of a new password', new_device: 'Notice of a new device' },
  stop: { title: 'You', text: 'Your profile, your devices, the theme, and sign-out.' },
};
