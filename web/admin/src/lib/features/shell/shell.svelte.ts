/** The remembered state of the shell. */
const KEY = 'tekvwarho:nav';

class ShellState {
  collapsed = $state(localStorage.getItem(KEY) === 'collapsed');
  palette = $state(false);
  help = $state(false);
  /** On a phone: the sheet with the entries that have no tab. */
  more = $state(false);

  toggleNav(): void {
    this.collapsed = !this.collapsed;
    localStorage.setItem(KEY, this.collapsed ? 'collapsed' : 'open');
  }
}

export const shell = new ShellState();
