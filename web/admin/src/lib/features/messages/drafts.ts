/** Answers begun but not sent: kept on this device for this person, removed on send and sign-out. */
export interface Draft {
  mode: 'reply' | 'note';
  text: string;
  /** Names the attempt, so that sending again after a broken connection does not send twice. */
  key: string;
}

const DAYS_30 = 30 * 24 * 3_600_000;
const PREFIX = 'tekvwarho:draft:';
const name = (staff: string, message: string) => `${PREFIX}${staff}:${message}`;

export function loadDraft(staff: string, message: string): Draft {
  const empty: Draft = { mode: 'reply', text: '', key: crypto.randomUUID() };
  try {
    const stored = JSON.parse(localStorage.getItem(name(staff, message)) ?? 'null') as
      (Draft & { at: number }) | null;
    if (!stored || Date.now() - stored.at > DAYS_30) return empty;
    return { mode: stored.mode, text: stored.text, key: stored.key };
  } catch {
    return empty;
  }
}

export function saveDraft(staff: string, message: string, draft: Draft): void {
  try {
    if (draft.text.trim())
      localStorage.setItem(name(staff, message), JSON.stringify({ ...draft, at: Date.now() }));
    else localStorage.removeItem(name(staff, message));
  } catch {
    // Storage full or blocked: the text is still in the field.
  }
}

export function dropDraft(staff: string, message: string): void {
  try {
    localStorage.removeItem(name(staff, message));
  } catch {
    // Nothing was stored then.
  }
}
