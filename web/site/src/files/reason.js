import { text } from "./strings.js";
import { sizeInWords } from "./words.js";

/** Why a file is not sent: our words where we have some, or else the server's. */
export function reason({ code, detail }, { maxSize }) {
  const known = { type: text.type, size: text.size(sizeInWords(maxSize)), empty: text.empty, gone: text.gone, later: text.later, not_found: text.off };
  return known[code] ?? (detail || text.refused);
}
