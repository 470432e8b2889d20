/** What a link asks of a page beyond showing it: the part of the URL after `#`, such as a field or a dialog. */
import { onMount } from 'svelte';
import { afterNavigate, replaceState } from '$app/navigation';
import { navigating, page } from '$app/state';

/** Calls `act` with that part once the page is ready, and takes it out of the URL: a reload does not ask again. */
export function onArrival(act: (part: string) => void, ready: () => boolean = () => true): void {
  let part = $state('');
  const look = () => {
    if (location.hash.length > 1) part = location.hash.slice(1);
  };
  afterNavigate(look);
  // A page that appears without a navigation, because the session had to be resumed first.
  onMount(() => void (navigating.to || look()));
  $effect(() => {
    if (!part || !ready()) return;
    const wanted = part;
    part = '';
    // After whatever the end of a navigation does to the focus.
    setTimeout(() => {
      replaceState(location.pathname + location.search, page.state);
      act(wanted);
    });
  });
}

/** Scrolls there and focuses the first control, or the element itself if it has none. */
export function reveal(element: HTMLElement | null | undefined): void {
  if (!element) return;
  const within = element.matches('fieldset, section, div')
    ? element.querySelector<HTMLElement>('input:enabled, textarea:enabled, select:enabled, button:enabled')
    : null;
  for (let box = element.closest('details'); box; box = box.parentElement?.closest('details') ?? null)
    box.open = true;
  element.scrollIntoView({ block: 'center' });
  if (!within) element.tabIndex = -1;
  (within ?? element).focus({ preventScroll: true });
}
