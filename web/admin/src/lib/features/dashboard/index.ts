/** The first page: the cards of all slices. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const dashboard: Slice = {
  name: 'dashboard',
  routes: [''],
  entries: [
    {
      id: 'dashboard',
      label: frame.dashboard,
      icon: 'home',
      path: '/',
      keys: 'g d',
      goTo: frame.goTo,
      place: 'tab',
    },
  ],
  palette: () => import('./palette'),
  cards: () => import('./cards'),
  stops: [{ id: 'dashboard', at: 10, ...frame.stop }],
};
