import { isPicture } from "./words.js";

/**
 * Why the server would not take it: `type`, `empty` or `size`; "" if it may. Saves the upload of what is refused anyway. The
 * server looks at the bytes: what has no ending, or is a picture under another one, is left to it.
 */
export function whyNot({ name, type, size }, { types, maxSize }) {
  const ending = /\.[a-z]\w*$/.exec(name.toLowerCase())?.[0];
  if (ending && !types.includes(ending) && !isPicture({ type })) return "type";
  if (size === 0) return "empty";
  return size > maxSize ? "size" : "";
}
