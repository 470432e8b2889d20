import { api } from '../api/client';
import type { Theme } from '../api/types';
import { session } from './session.svelte';
import { toasts } from '../ui/toasts.svelte';

/** Shown at once, then kept in the profile so that other devices follow. */
export async function setTheme(theme: Theme): Promise<void> {
  const before = session.me;
  if (!before) return;
  session.update({ ...before, theme });
  try {
    session.update(await api.auth.change({ theme }));
  } catch (error) {
    session.update(before);
    toasts.fail(error);
  }
}
