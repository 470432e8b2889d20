/** Text of files that are sent, shown and saved, in the chat and in forms. */
export const text = {
  part: (percent, size) => `${percent}% of ${size}`,
  waits: "Waiting for the connection",
  onWay: (name) => `Sending ${name}`,
  remove: (name) => `Remove ${name}`,
  again: (name) => `Try ${name} again`,
  close: "Close",
  save: (name) => `Download ${name}`,
  missing: "This file is gone.",

  // why one cannot be sent, by the code of the reason
  why: {
    type: "This type of file can't be sent. Send a picture, PDF, document, table or ZIP file.",
    photo: "Send photos as JPEG or PNG.",
    video: "Videos can't be sent here.",
    empty: "This file is empty.",
    gone: "Your browser has lost this file. Attach it again.",
    not_found: "Files can't be sent right now.",
    later: "This didn't work. Try again in a few minutes.",
  },
  tooLarge: (most) => `This file is too large. The limit is ${most}.`,
  refused: "This file can't be sent.",
};
