/** The shell around the pages. It knows the other slices only through the list. */
import type { Slice } from '../../slice/slice';
import { shell as state } from './shell.svelte';
import { own } from './strings';

export const shell: Slice = {
  name: 'shell',
  routes: ['[...rest]'],
  overlays: [
    {
      id: 'help',
      open: () => state.help,
      close: () => (state.help = false),
      load: () => import('./Help.svelte'),
    },
  ],
  palette: () => import('./palette'),
  stops: [{ id: 'search', at: 30, ...own.tour.search }],
};
