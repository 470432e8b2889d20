import type { Theme } from '../api/types';

const KEY = 'tekvwarho:theme';

/** Also stored on the device, so that `theme.js` can apply it before the first paint. */
export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // Storage is blocked: the theme applies to this page only.
  }
}
