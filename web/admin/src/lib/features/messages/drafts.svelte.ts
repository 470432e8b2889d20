/** Unsent replies: stored on this device for this person, removed when sent and on sign-out. */
import { DRAFTS } from './stored';

export interface Draft {
  mode: 'reply' | 'note';
  text: string;
  /** Identifies the attempt, so that a retry after a lost connection does not send twice. */
  key: string;
}

const DAYS_30 = 30 * 24 * 3_600_000;
const name = (staff: string, message: string) => `${DRAFTS}${staff}:${message}`;

/** Storage fires no event in its own tab: components that show drafts read them again when this changes. */
let changes = $state(0);
addEventListener('storage', (event) => {
  if (!event.key || event.key.startsWith(DRAFTS)) changes++;
});

function stored(staff: string, message: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(name(staff, message)) ?? 'null') as
      (Draft & { at: number }) | null;
    if (!draft || Date.now() - draft.at > DAYS_30) return null;
    return { mode: draft.mode, text: draft.text, key: draft.key };
  } catch {
    return null;
  }
}

export function hasDraft(staff: string, message: string): boolean {
  void changes;
  return stored(staff, message) !== null;
}

export function loadDraft(staff: string, message: string): Draft {
  return stored(staff, message) ?? { mode: 'reply', text: '', key: crypto.randomUUID() };
}

export function saveDraft(staff: string, message: string, draft: Draft): void {
  const before = stored(staff, message) !== null;
  try {
    if (draft.text.trim())
      localStorage.setItem(name(staff, message), JSON.stringify({ ...draft, at: Date.now() }));
    else localStorage.removeItem(name(staff, message));
  } catch {
    // Storage is full or blocked: the text is still in the field.
  }
  if ((draft.text.trim() !== '') !== before) changes++;
}

export function dropDraft(staff: string, message: string): void {
  try {
    localStorage.removeItem(name(staff, message));
  } catch {
    // Nothing was stored.
  }
  changes++;
}
