/** Text of files that are sent, shown and saved, in the chat and in forms. */
export const text = {
  part: (percent, size) => `${percent}% of ${size}`,
  waits: "Waiting for the connection",
  onWay: (name) => `Sending ${name}`,
  remove: (name) => `Remove ${name}`,
  again: (name) => `Try ${name} again`,
  close: "Close picture",
  save: (name) => `Download ${name}`,
  missing: "This file is not here any more.",

  // why one cannot be sent
  type: "We cannot take this type of file. Send a picture, a PDF, a text, a document, a table or a ZIP archive.",
  size: (most) => `This file is too large. The limit is ${most}.`,
  empty: "This file is empty.",
  gone: "Your browser has lost this file. Please remove it, and attach it again.",
  off: "We take no files right now.",
  later: "We cannot take files right now. Please try again in a few minutes.",
  refused: "We cannot take this file.",
};
