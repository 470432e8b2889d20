import { api } from '../api/client';
import type { Theme } from '../api/types';
import { toasts } from '../ui/toasts.svelte';
import { session } from './session.svelte';

/** Applied at once, then stored in the profile so that other devices follow. */
export async function setTheme(theme: Theme): Promise<void> {
  const before = session.me;
  if (!before) return;
  session.update({ ...before, theme });
  try {
    session.update(await api.change({ theme }));
  } catch (error) {
    session.update(before);
    toasts.fail(error);
  }
}
