/** Onboarding: the first steps, the tour and sample data. */
import type { Slice } from '../../slice/slice';
import { frame } from './strings.frame';
import { tour } from './tour.svelte';

export const onboarding: Slice = {
  name: 'onboarding',
  routes: [],
  entities: { demo: { name: frame.samples } },
  cards: () => import('./cards'),
  overlays: [
    {
      id: 'tour',
      open: () => tour.at !== null,
      close: () => tour.forget(),
      load: () => import('./Tour.svelte'),
    },
  ],
  forget: () => tour.forget(),
};
