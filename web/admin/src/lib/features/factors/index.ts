/** Second factors, and confirming one's identity. */
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

/** Replaces every page while the role requires a second factor and there is none. */
export const required = () => import('./Required.svelte');
/** For the profile: the person's own factors. */
export const ownFactors = { title: frame.title, part: () => import('./Factors.svelte') };
/** For a colleague's page: theirs. */
export const factorsOfColleague = () => import('./ColleagueFactors.svelte');
export { codes } from './codes.svelte';
