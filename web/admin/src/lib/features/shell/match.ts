/** Which items of the palette fit what was typed, and in what order. */

/** What of an item is compared. */
export interface Comparable {
  label: string;
  /** Other words for it. */
  words?: string;
}

/** In lower case and without accents, so that `Büro` is found by `buro`; and an email is mail. */
function wordsOf(text: string): string[] {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss');
  const words: string[] = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.flatMap((word) => (word.startsWith('email') ? [word, word.slice(1)] : word));
}

/**
 * Each word that was typed must begin one of the item's words. `titles` fit by their label alone; `related` need their
 * other words as well. Within each, the order stays.
 */
export function fitting<Item extends Comparable>(
  items: readonly Item[],
  query: string,
): { titles: Item[]; related: Item[] } {
  const typed = wordsOf(query);
  const covered = (words: string[]) => typed.every((part) => words.some((word) => word.startsWith(part)));
  const [titles, related]: [Item[], Item[]] = [[], []];
  if (!typed.length) return { titles, related };
  for (const item of items) {
    const label = wordsOf(item.label);
    if (covered(label)) titles.push(item);
    else if (item.words && covered([...label, ...wordsOf(item.words)])) related.push(item);
  }
  return { titles, related };
}
