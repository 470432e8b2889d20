/** Moving an entry of a list up and down. */

/** The list with an entry one place further up or down. */
export const moved = <Entry>(list: readonly Entry[], index: number, by: -1 | 1): Entry[] =>
  list.toSpliced(index, 1).toSpliced(index + by, 0, list[index]!);

export const text = {
  up: (what: string) => `Move ${what} up`,
  down: (what: string) => `Move ${what} down`,
};
