/** What the palette finds of messages and canned replies. */
import type { Command, Findable } from '../../../slice/slice';
import { own } from './strings';

export const words: Findable['words'] = own.words;

export const commands: Command[] = [
  {
    id: 'export-messages',
    icon: 'download',
    path: '/messages?view=all#export',
    needs: 'messages',
    ...own.export,
  },
  { id: 'blocked', icon: 'spam', path: '/messages#blocked', needs: 'messages', ...own.blocked },
  { id: 'rules', icon: 'filter', path: '/messages/rules', needs: 'messages', ...own.rules },
  { id: 'saved-filters', icon: 'filter', path: '/messages#saved', needs: 'messages', ...own.saved },
  { id: 'tag-colours', icon: 'tag', path: '/messages#colours', needs: 'messages', ...own.colours },
  { id: 'new-canned', icon: 'plus', path: '/messages/canned#new', needs: 'messages', ...own.newCanned },
];
