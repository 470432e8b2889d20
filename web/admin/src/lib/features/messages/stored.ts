/** Under this, and the ids of person and message, answers that were begun are kept on the device. */
export const DRAFTS = 'tekvwarho:draft:';
