import { words } from '../strings';
import { toasts } from './toasts.svelte';

/**
 * Copies text to the clipboard and confirms it; reports a failure without https, or if the browser forbids it. True if it
 * was copied.
 */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.say(words.copied);
    return true;
  } catch {
    toasts.say(words.notCopied, { tone: 'danger' });
    return false;
  }
}
