/** The firm's settings. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const settings: Slice = {
  name: 'settings',
  routes: ['settings/[[group]]', 'settings/pages', 'settings/pages/[id]'],
  entries: [
    {
      id: 'settings',
      label: frame.settings,
      icon: 'gear',
      path: '/settings',
      needs: 'settings',
      keys: 'g f',
      goTo: frame.goTo,
    },
  ],
  palette: () => import('./palette'),
  entities: {
    settings: { name: frame.entity },
    site_page: { name: frame.page, path: (id) => `/settings/pages/${id}` },
  },
  steps: frame.steps,
  stops: [{ id: 'settings', at: 50, ...frame.stop }],
};
