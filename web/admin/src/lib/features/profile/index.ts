/** The person's own account. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const profile: Slice = {
  name: 'profile',
  routes: ['profile'],
  entries: [
    {
      id: 'profile',
      label: frame.profile,
      icon: 'user',
      path: '/profile',
      keys: 'g p',
      goTo: frame.goTo,
      place: 'account',
    },
  ],
  palette: () => import('./palette'),
  notices: {
    new_device: {
      icon: 'device',
      says: ({ detail }) => frame.newDevice(detail),
      path: '/profile',
      when: frame.newDeviceWhen,
    },
  },
  letters: frame.letters,
  stops: [{ id: 'account', at: 60, ...frame.stop }],
};
