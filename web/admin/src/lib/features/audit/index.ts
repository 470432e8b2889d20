/** Who did what: the trail, its seal, and the history of one thing. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const audit: Slice = {
  name: 'audit',
  routes: ['audit'],
  entries: [
    {
      id: 'audit',
      label: frame.audit,
      icon: 'lock',
      path: '/audit',
      needs: 'audit',
      keys: 'g a',
      goTo: frame.goTo,
    },
  ],
  notices: { audit_head: { when: frame.headWhen } },
  entities: { audit: { name: frame.entity } },
  letters: { audit_head: frame.head },
  cards: () => import('./cards'),
};

/** What was done to one thing, for the page of that thing. */
export const history = () => import('./EntityHistory.svelte');
