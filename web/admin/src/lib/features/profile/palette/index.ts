/** The parts of the person’s own profile, by their usual words. */
import type { Command, Findable } from '../../../slice/slice';
import { own } from './strings';

export const words: Findable['words'] = own.words;

export const places: Command[] = [
  { id: 'profile-about', icon: 'user', path: '/profile#about', ...own.about },
  { id: 'profile-picture', icon: 'user', path: '/profile#picture', ...own.picture },
  { id: 'profile-website', icon: 'user', path: '/profile#website', ...own.website },
  { id: 'profile-look', icon: 'moon', path: '/profile#look', ...own.look },
  { id: 'profile-password', icon: 'lock', path: '/profile#password', ...own.password },
  { id: 'profile-factors', icon: 'key', path: '/profile#factors', ...own.factors },
  { id: 'profile-devices', icon: 'device', path: '/profile#devices', ...own.devices },
  { id: 'profile-notices', icon: 'bell', path: '/profile#notices', ...own.notices },
];
