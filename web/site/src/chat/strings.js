/** All text of the chat that visitors see, but for `files/strings.js`; what the firm sets comes from its settings. */
export const text = {
  title: (firm) => `Chat with ${firm}`,
  log: "Conversation",
  close: "Close chat",
  menu: "More",
  earlier: "Show earlier messages",
  newest: "New reply",
  you: "You",
  unread: (count) => (count === 1 ? "1 new reply" : `${count} new replies`),
  openUnread: (count) => `Chat, ${text.unread(count)}`,

  // when we reply
  here: "We are here",
  hereUntil: (time) => `We are here until ${time} your time`,
  from: (time) => `We reply from ${time} your time`,
  busy: "Nobody is free right now",
  away: "We are away right now",
  over: "This chat has ended",
  atTime: (day, time) => `${day}, ${time}`,
  today: "Today",
  yesterday: "Yesterday",
  tomorrow: "tomorrow",

  // writing
  write: "Your message",
  again: "Write to open the chat again",
  send: "Send",
  left: (left) => (left === 1 ? "1 character left" : `${left} characters left`),
  tooLong: (over) => `This is too long by ${over === 1 ? "1 character" : `${over} characters`}. Please shorten it, or send it in parts.`,
  state: { sending: "Sending", sent: "Sent", read: "Read" },
  failed: "Not sent.",
  blocked: "Not sent. The chat takes no messages from you right now.",
  edit: "Change it",
  drop: "Remove it",
  removed: "This message was removed.",
  typing: (name) => `${name || "Somebody"} is typing`,

  // files; the rest of their text loads with them
  attach: "Attach files",
  attached: "Files to send",
  dropHere: "Drop your files here",
  pasted: "Pasted picture.png",
  fileFirst: "One of your files cannot be sent. Remove it, or try it again.",
  fileMany: (most) => `One message takes up to ${most} files. Send these first, then the rest.`,
  fileOpen: "Show it large",
  fileSave: "Download",
  fileUnreached: "This did not load. Please check your connection, and try again.",

  // the connection
  offline: "You are offline. What you write is kept, and sent when you are back.",
  connecting: "Connecting. What you write is kept.",
  tooFast: "You write faster than we can take it in. This goes out in a moment.",
  later: "We cannot take your message in right now. It is kept, and sent as soon as we can.",
  full: "The chat cannot be reached right now.",
  form: "Send us a message instead",

  // what happened
  event: {
    claimed: (name) => `${name} is here now.`,
    released: (name) => `${name} has handed the chat back. Somebody else will be with you.`,
    transferred: (name) => `${name} takes over.`,
    given: (name) => `${name} looks after you.`,
    requeued: () => "You still wait for a reply, so the chat is open to all of us again.",
    closed_by_staff: (name) => `${name} has ended the chat.`,
    closed_by_visitor: () => "You have ended the chat.",
    closed_by_silence: () => "The chat has ended, because nobody had written for a while.",
    reopened: () => "The chat is open again.",
  },
  somebody: "Somebody",

  // who writes
  before: "If you like, tell us who you are.",
  after: "In case we lose each other: where can we reach you?",
  name: "Your name",
  email: "Email",
  topic: "What is it about?",
  topicNone: "Not sure, or something else",
  optional: "optional",
  save: "Save",
  notNow: "Not now",
  badEmail: "This does not look like an email address. It needs an @ and a domain, such as anna@example.com.",
  oneOfThem: "Please fill in something, or choose “Not now”.",

  // the menu
  soundOn: "Turn the sound on",
  soundOff: "Turn the sound off",
  notifyOn: "Notify me of replies",
  notifyOff: "Stop notifications",
  notifyBlocked: "Your browser blocks notifications of this website.",
  notifyDone: "You will be notified of replies while this website is open.",
  copy: "Email me a copy",
  copyTo: "Send the copy to",
  copySend: "Send copy",
  copyLater: "You have asked for several copies. Please try again later.",
  copyFailed: "The copy could not be sent. Please check the address, and try again in a minute.",
  copied: (email) => `The copy is on its way to ${email}.`,
  cancel: "Cancel",
  end: "End this chat",
  anew: "Start a new chat",

  // rating
  rate: "How was it?",
  rates: ["1 of 5, poor", "2 of 5", "3 of 5", "4 of 5", "5 of 5, great"],
  feedback: "What should we know?",
  rateSend: "Send rating",
  rated: "Thank you. We read every rating.",

  // away
  message: "Your message",
  awaySend: "Send message",
  sending: "Sending",
  trap: "Leave this empty",
  privacy: "How we handle your details",
  awayRequired: { name: "Please tell us your name.", email: "We need an email address to reply to you.", message: "Please tell us what it is about." },
  awaySent: "We have your message",
  awaySentText: (email) => `A person reads it, and replies to ${email}.`,
  awayFailed: "This did not reach us. Everything you typed is still here. Please try again in a minute.",
  awayOffline: "This did not reach us: you seem to be offline. Everything you typed is still here.",
  another: "Write another message",

  // the page of a mailed link
  codeWrong: "This link does not open a conversation any more. The code may be incomplete: copy the whole link from the email again.",
};
