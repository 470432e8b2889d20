/** What was done with a chat, beside that chat. Pure. */
import type { ChatDetail } from './types';

/**
 * Who did what: "Anna Virtanen added a note". The server's sentences are for lists of many chats; here it is clear which
 * one is meant.
 */
export function deed(
  { staffName, sentence }: ChatDetail['history'][number],
  nobody: string,
): [string, string] {
  const here = sentence
    .replace(/ (to|of|from) (a|the) chat\b(?! with)/, '')
    .replace(/\ba chat\b/, 'the chat');
  return [staffName ?? nobody, here];
}
