/** Who did what: the audit trail, its seal, and the history of one entity. */
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
  palette: () => import('./palette'),
  notices: { audit_head: { when: frame.headWhen } },
  entities: { audit: { name: frame.entity } },
  letters: { audit_head: frame.head },
  cards: () => import('./cards'),
};

/** The history of one entity, for its page. */
export const history = () => import('./EntityHistory.svelte');
