/** Naming a colleague in a note: the `@` that lists them while writing. Pure. */
import type { Colleague } from '../api/types';

/** The `@word` right before the caret, at the start of the text or after a character that is part of no word. */
export function mentionTrigger(text: string, caret: number): { start: number; query: string } | null {
  const match = /(?:^|[^\p{L}\p{N}])@([\p{L}\p{N}'’-]*(?: [\p{L}\p{N}'’-]+)?)$/u.exec(text.slice(0, caret));
  if (!match) return null;
  const query = match[1] ?? '';
  return { start: caret - query.length - 1, query };
}

/** Colleagues whose name has a word that begins so. */
export function findColleagues(all: Colleague[], me: string, query: string): Colleague[] {
  const wanted = plain(query);
  return all.filter(
    ({ id, isActive, name }) => isActive && id !== me && ` ${plain(name)}`.includes(` ${wanted}`),
  );
}

/** Without accents and capitals. */
const plain = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
