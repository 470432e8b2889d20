import { tick } from 'svelte';

/** If a button disappears after its action, moves the focus there instead of to the top of the page. */
export async function keepFocus(there: () => HTMLElement | null | undefined): Promise<void> {
  await tick();
  if (!document.activeElement || document.activeElement === document.body) there()?.focus();
}
