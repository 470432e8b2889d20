import { session } from '../auth/session.svelte';
import { live } from './live.svelte';

/** Resolves to false if the person stays. */
type Question = () => Promise<boolean>;
const questions = new Set<Question>();

/** Asks before the person signs out, because something would be lost. Returns what ends that. */
export function askFirst(question: Question): () => void {
  questions.add(question);
  return () => void questions.delete(question);
}

/**
 * Signs out at the person's request: closes the socket first, so that no "session ended" appears. The shell then shows
 * the sign-in page.
 */
export async function leave(): Promise<void> {
  for (const question of [...questions]) if (!(await question())) return;
  live.stop();
  await session.signOut();
}
