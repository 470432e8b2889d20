import { session } from '../auth/session.svelte';
import { live } from './live.svelte';

/** Signs out by the person's own hand: quietly, since the socket goes first. The frame then leads to the sign-in. */
export async function leave(): Promise<void> {
  live.stop();
  await session.signOut();
}
