/** Canned replies: variables, and the `/` or `;` that inserts them while writing. Pure. */
import type { Schema } from '../api/types';

type CannedReply = Schema['CannedReply'];

export const VARIABLES = [
  'client.name',
  'client.firstName',
  'staff.name',
  'firm.name',
  'message.service',
] as const;
export type Variable = (typeof VARIABLES)[number];
export type Values = Partial<Record<Variable, string | null>>;

const PLACE = /\{\{\s*([^{}]*?)\s*\}\}/g;

/** The text with its variables filled in; unknown ones remain. */
export function fill(content: string, values: Values): string {
  return content.replace(PLACE, (place, name: string) => values[name as Variable] || place);
}

const isVariable = (name: string): name is Variable => (VARIABLES as readonly string[]).includes(name);
const namesIn = (content: string) => [
  ...new Set([...content.matchAll(PLACE)].map((match) => match[1] ?? '')),
];

/** Variables that still need a value. */
export function openVariables(content: string): Variable[] {
  return namesIn(content).filter(isVariable);
}

export function unknownVariables(content: string): string[] {
  return namesIn(content).filter((name) => !isVariable(name));
}

/** The `/word` or `;word` right before the caret, at the start of the text or after a space. */
export function trigger(text: string, caret: number): { start: number; query: string } | null {
  const match = /(?:^|\s)([;/])([\p{L}\p{N}_-]*)$/u.exec(text.slice(0, caret));
  const [, mark = '', query = ''] = match ?? [];
  if (!mark) return null;
  return { start: caret - query.length - 1, query };
}

/** Matches the shortcut first, then the title, then the text; best first. */
export function findCanned(list: CannedReply[], query: string): CannedReply[] {
  const wanted = query.trim().toLowerCase();
  if (!wanted) return list;
  const rank = (canned: CannedReply) => {
    const shortcut = canned.shortcut?.toLowerCase() ?? '';
    const title = canned.title.toLowerCase();
    if (shortcut === wanted) return 0;
    if (shortcut.startsWith(wanted)) return 1;
    if (title.startsWith(wanted)) return 2;
    if (title.includes(wanted)) return 3;
    return canned.content.toLowerCase().includes(wanted) ? 4 : 9;
  };
  return list
    .map((canned) => ({ canned, rank: rank(canned) }))
    .filter((entry) => entry.rank < 9)
    .sort((a, b) => a.rank - b.rank)
    .map((entry) => entry.canned);
}
