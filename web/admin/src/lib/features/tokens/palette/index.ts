/** What the palette finds of API tokens. */
import type { Command, Findable } from '../../../slice/slice';
import { own } from './strings';

export const words: Findable['words'] = own.words;

export const commands: Command[] = [
  { id: 'new-token', icon: 'plus', path: '/tokens#new', needs: 'settings', ...own.add },
];
