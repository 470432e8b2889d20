/** The storage key prefix of lines that are not sent yet, followed by the ids of person, session and line. */
export const OUTBOX = 'tekvwarho:chat:';
/** The storage key of how this device tells of chats. */
export const SIGNALS = 'tekvwarho:chat-signals';
