import { words } from '../strings';
import { toasts } from './toasts.svelte';

/** Puts text on the clipboard and says so; without https, or when the browser forbids it, says that. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.say(words.copied);
  } catch {
    toasts.say(words.notCopied, { tone: 'danger' });
  }
}
