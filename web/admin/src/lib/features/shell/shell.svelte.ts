/** What the frame around the pages remembers, and the actions that pages offer to the palette. */
import type { Choice } from '../../ui/Picker.svelte';

const KEY = 'tekvwarho:nav';

class ShellState {
  collapsed = $state(localStorage.getItem(KEY) === 'collapsed');
  palette = $state(false);
  help = $state(false);
  /** On a phone: the sheet with what has no tab. */
  more = $state(false);
  /** Set by the page that is open; they come first in the palette. */
  actions = $state.raw<Choice[]>([]);

  toggleNav(): void {
    this.collapsed = !this.collapsed;
    localStorage.setItem(KEY, this.collapsed ? 'collapsed' : 'open');
  }
}

export const shell = new ShellState();
