/** The files of messages and replies. What can be sent comes with each message. */
import { Files } from '../../files/files.svelte';

export const files = new Files('message');
