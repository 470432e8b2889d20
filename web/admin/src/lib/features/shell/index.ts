/** The shell around the pages. It knows the other slices only through the list. */
import type { Slice } from '../../slice/slice';
import { own } from './strings';

export const shell: Slice = {
  name: 'shell',
  routes: ['[...rest]'],
  palette: () => import('./palette'),
  stops: [{ id: 'search', at: 30, ...own.tour.search }],
};
