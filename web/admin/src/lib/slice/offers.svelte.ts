/** What the open page offers in the palette, where it comes first. */
import type { Choice } from '../ui/Picker.svelte';

class Offers {
  now = $state.raw<Choice[]>([]);
}

export const offers = new Offers();
