/** What the palette finds of the staff pages. */
import type { Command, Findable } from '../../../slice/slice';
import { own } from './strings';

export const words: Findable['words'] = own.words;

export const commands: Command[] = [
  { id: 'invite', icon: 'plus', path: '/staff#invite', needs: 'staff', ...own.invite },
  { id: 'import-people', icon: 'up', path: '/staff#import', needs: 'staff', ...own.import },
];
