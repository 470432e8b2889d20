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
  { id: 'new-canned', icon: 'plus', path: '/messages/canned#new', needs: 'messages', ...own.newCanned },
];
