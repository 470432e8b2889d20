import { tick } from 'svelte';

/** Where a button goes away with what it did, the focus goes there and not to the top of the page. */
export async function keepFocus(there: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (!document.activeElement || document.activeElement === document.body) there()?.focus();
}
