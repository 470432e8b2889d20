/** What the palette finds of chats. */
import type { Findable } from '../../../slice/slice';
import { own } from './strings';

export const words: Findable['words'] = own.words;
