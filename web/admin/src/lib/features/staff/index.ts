/** Colleagues: who they are and which permissions they have. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const staff: Slice = {
  name: 'staff',
  routes: ['staff', 'staff/[id]'],
  entries: [
    {
      id: 'staff',
      label: frame.staff,
      icon: 'people',
      path: '/staff',
      needs: 'staff',
      keys: 'g s',
      goTo: frame.goTo,
    },
  ],
  search: {
    what: frame.searched,
    group: frame.staff,
    icon: 'user',
    needs: 'staff',
    find: async (q, signal) => (await import('./search')).find(q, signal),
  },
  palette: () => import('./palette'),
  entities: { staff: { name: frame.entity } },
  letters: { invitation: frame.invitation, email_changed: frame.emailChanged },
  values: { state: frame.states },
  steps: { colleague: frame.colleague },
};
