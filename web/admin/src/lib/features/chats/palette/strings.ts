/** Chats in the palette: other words for them. */
export const own = {
  words: {
    chats: 'live chat visitors conversations talk website widget messenger',
    'chats-waiting': 'queue new unanswered next',
    'chats-mine': 'my own active',
    'chats-all': 'everything transcripts history',
    'chats-closed': 'ended finished archive done transcripts',
    'chats-missed': 'unanswered lost abandoned',
    'chats-spam': 'junk',
    available: 'online away presence status pause break take chats',
    take: 'claim accept answer pick up',
    'take-next': 'claim accept answer queue waiting',
    end: 'finish done archive end',
    reopen: 'open again',
    block: 'ban spam visitor',
    transcript: 'download export text save',
  },
};
