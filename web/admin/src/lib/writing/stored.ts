/** The storage key prefix of drafts, followed by the ids of person and message. */
export const DRAFTS = 'tekvwarho:draft:';
