import { tick } from 'svelte';

/**
 * If a button disappears after its action, moves the focus there instead of to the top of the page. `still`: without
 * scrolling.
 */
export async function keepFocus(there: () => HTMLElement | null | undefined, still = false): Promise<void> {
  await tick();
  if (!document.activeElement || document.activeElement === document.body)
    there()?.focus({ preventScroll: still });
}

/** Moves the focus to the first enabled match in an entry of a list, in the order of the selectors. */
export async function focusIn(list: HTMLElement, index: number, ...selectors: string[]): Promise<void> {
  await tick();
  const item = list.children[index];
  const target = selectors.map((one) => item?.querySelector<HTMLElement>(`${one}:enabled`)).find(Boolean);
  target?.focus();
  if (target instanceof HTMLInputElement && target.type !== 'checkbox') target.select();
}

/**
 * After an entry moved: the focus stays on its button. At the end of the list that button is disabled, and the focus goes
 * to `rest`, so that another press does not move the entry back.
 */
export const focusMoved = (list: HTMLElement, index: number, by: -1 | 1, rest: string): Promise<void> =>
  focusIn(list, index, by < 0 ? '[data-up]' : '[data-down]', rest);
