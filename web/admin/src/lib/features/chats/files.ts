/** The files of chats. */
import { Files } from '../../files/files.svelte';
import { api } from './api';

export const files = new Files('chat');

/** Asks which can be sent. */
export async function loadLimits(): Promise<void> {
  try {
    files.limits = (await api.config()).files ?? null;
  } catch {
    // As it was: without it, there is no button.
  }
}
