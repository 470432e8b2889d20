/** Second factors, and being asked again who one is. */
import { proof } from '../../auth/proof.svelte';
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';

export const factors: Slice = {
  name: 'factors',
  routes: [],
  letters: { factor_changed: frame.factorChanged },
  overlays: [
    {
      id: 'proof',
      open: () => proof.open,
      close: () => proof.settle(false),
      load: () => import('./ProveDialog.svelte'),
    },
  ],
};

/** In place of every page, while the role needs a second factor and there is none. */
export const required = () => import('./Required.svelte');
/** For the profile: the own ones. */
export const ownFactors = { title: frame.title, part: () => import('./Factors.svelte') };
/** For the page of a colleague: theirs. */
export const factorsOfColleague = () => import('./ColleagueFactors.svelte');
export { codes } from './codes.svelte';
