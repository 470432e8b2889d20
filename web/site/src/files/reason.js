import { text } from "./strings.js";
import { sizeInWords } from "./words.js";

/** Why a file is not sent: our words where we have some, or else the server's. */
export function reason({ code, detail }, { maxSize }, file = {}) {
  const known = { ...text.why, size: text.tooLarge(sizeInWords(maxSize)) };
  return known[code === "type" ? kindOf(file) : code] ?? (detail || text.refused);
}

/** Telephones make two types of file that people often try to send, and for which there is more to say. */
function kindOf({ name, type }) {
  if (/\.hei[cf]$/i.test(name)) return "photo";
  return /^video/.test(type) ? "video" : "type";
}
