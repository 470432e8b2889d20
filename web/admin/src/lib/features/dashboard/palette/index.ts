/** The first page by its usual words. */
import type { Findable } from '../../../slice/slice';
import { own } from './strings';

export const words: Findable['words'] = own.words;
