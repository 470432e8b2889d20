/** The storage key prefix of lines that are not sent yet, followed by the ids of person, session and line. */
export const OUTBOX = 'tekvwarho:chat:';
/** The storage key prefix, in this tab, of files that are chosen and not sent yet, followed by the ids of person and session. */
export const CHOSEN = 'tekvwarho:chat-files:';
/** The browser's store of the bytes of files that are not sent yet. */
export const BYTES = 'tekvwarho-chat-files';
/** The storage key of how this device tells of chats. */
export const SIGNALS = 'tekvwarho:chat-signals';
