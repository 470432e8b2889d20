/** All text shown by scripts of the public site. */
export const text = {
  required: {
    name: "Please tell us your name.",
    email: "We need an email address to reply to you.",
    message: "Please tell us what it is about.",
  },
  email: "This does not look like an email address. It needs an @ and a domain, such as anna@example.com.",
  tooLong: (limit) => `This is longer than ${limit} characters. Please shorten it.`,
  shorten: (over) => `This is too long by ${over === 1 ? "1 character" : `${over} characters`}. Please shorten it.`,
  over: (over) => (over === 1 ? "1 character too many" : `${over} characters too many`),
  counter: (left) => (left === 1 ? "1 character left" : `${left} characters left`),
  checkFields: (count) => (count === 1 ? "One field needs another look:" : `${count} fields need another look:`),
  sending: "Sending",
  // files; the rest of their text loads with them
  sendingFiles: "Sending your files",
  dropHere: "Drop your files here",
  pasted: "Pasted picture.png",
  filesSoon: "Trying again in a moment",
  filesMany: (most) => `One message takes ${most === 1 ? "one file" : `up to ${most} files`}. You can send the others with your next message.`,
  filesFirst: "One of your files can't be sent. Remove it, or try again.",
  filesStuck: "Your files didn't reach us. Check your connection and send again, or remove them.",
  filesUnreached: "This didn't load. Check your connection, and try again.",
  offline: (email) => `The message did not reach us: you seem to be offline. Everything you typed is still here. Try again, or write to ${email}.`,
  failed: (email) => `We could not save your message because of a problem on our side. Everything you typed is still here. Try again in a minute, or write to ${email}.`,
  tooMany: (time, email) => `You have sent several messages in a short time. You can send the next one ${time}. If it is urgent, write to ${email}.`,
  inMinutes: (minutes) => (minutes <= 1 ? "in a minute" : `in ${minutes} minutes`),
  atTime: (clock) => `after ${clock}`,
};
