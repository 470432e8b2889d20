export function firstName(name: string): string {
  return name.trim().split(/\s+/)[0] ?? '';
}

// Firefox has it since version 125.
const graphemes = Intl.Segmenter && new Intl.Segmenter('en', { granularity: 'grapheme' });
const firstOf = (word = '') =>
  graphemes ? ([...graphemes.segment(word)][0]?.segment ?? '') : ([...word][0] ?? '');

/**
 * "AL": the first character of the first and of the last word, as people count characters: an emoji, a flag or a letter
 * with an accent is one.
 */
export function initials(name: string): string {
  // What stands in brackets is no part of the name.
  const parts = name
    .replace(/\(.*\)/, '')
    .trim()
    .split(/\s+/);
  // In capitals one character may become two, such as ß or a ligature: then it stays.
  const letters = [firstOf(parts[0]) || '?', parts.length > 1 ? firstOf(parts.at(-1)) : ''];
  return letters
    .map((letter) => (firstOf(letter.toUpperCase()) === letter.toUpperCase() ? letter.toUpperCase() : letter))
    .join('');
}
