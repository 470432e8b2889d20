import { words } from '../strings';
import { toasts } from './toasts.svelte';

/** Copies text to the clipboard and confirms it; reports a failure without https, or if the browser forbids it. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toasts.say(words.copied);
  } catch {
    toasts.say(words.notCopied, { tone: 'danger' });
  }
}
