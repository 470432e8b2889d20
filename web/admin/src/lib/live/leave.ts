import { session } from '../auth/session.svelte';
import { live } from './live.svelte';

/**
 * Signs out at the person's request: closes the socket first, so that no "session ended" appears. The shell then shows
 * the sign-in page.
 */
export async function leave(): Promise<void> {
  live.stop();
  await session.signOut();
}
