/** Unsent replies: stored on this device for this person, removed when sent and on sign-out. */
import { both } from './claim';
import { DRAFTS } from './stored';

export interface Draft {
  mode: 'reply' | 'note';
  text: string;
  /** Identifies the attempt, so that a retry after a lost connection does not send twice. */
  key: string;
  /** The newest line of others that the person has seen before they wrote. */
  seen?: string;
}

const DAYS_30 = 30 * 24 * 3_600_000;
/** Of a draft in storage, of its lock, and of the channel between the tabs that show it. */
export const draftName = (staff: string, message: string): string => `${DRAFTS}${staff}:${message}`;

/** Storage fires no event in its own tab: components that show drafts read them again when this changes. */
let changes = $state(0);
addEventListener('storage', (event) => {
  if (!event.key || event.key.startsWith(DRAFTS)) changes++;
});

/** Calls `told` when another tab has stored or removed the draft with this name. */
export function onDraftStored(name: string, told: () => void): () => void {
  const hear = ({ key }: StorageEvent) => {
    if (key === name || key === null) told();
  };
  addEventListener('storage', hear);
  return () => removeEventListener('storage', hear);
}

function stored(staff: string, message: string): Draft | null {
  try {
    const draft = JSON.parse(localStorage.getItem(draftName(staff, message)) ?? 'null') as
      (Draft & { at: number }) | null;
    if (!draft || Date.now() - draft.at > DAYS_30) return null;
    return { mode: draft.mode, text: draft.text, key: draft.key, seen: draft.seen };
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

/** False if storage is full or blocked: the text is only in the field then. */
export function saveDraft(staff: string, message: string, draft: Draft): boolean {
  const before = stored(staff, message) !== null;
  try {
    if (draft.text.trim())
      localStorage.setItem(draftName(staff, message), JSON.stringify({ ...draft, at: Date.now() }));
    else localStorage.removeItem(draftName(staff, message));
  } catch {
    return false;
  }
  if ((draft.text.trim() !== '') !== before) changes++;
  return true;
}

/** Composers of this tab, by the draft that they show. */
const shown = new Map<string, (text: string) => void>();

/** Calls `take` with a text that comes back into this draft. Returns what ends that. */
export function onDraftReturned(name: string, take: (text: string) => void): () => void {
  shown.set(name, take);
  return () => {
    if (shown.get(name) === take) shown.delete(name);
  };
}

/** The text of a reply that was not sent after all: into the field, or into the draft of a message that is not open. */
export function returnDraft(staff: string, message: string, text: string): void {
  const take = shown.get(draftName(staff, message));
  if (take) return take(text);
  const draft = loadDraft(staff, message);
  saveDraft(staff, message, joined(draft, text));
}

/** A draft with a text that comes back: as a reply, before what was written since. */
export const joined = (draft: Draft, text: string): Draft => ({
  ...draft,
  mode: 'reply',
  text: both(text, draft.text),
  key: crypto.randomUUID(),
});

/** Removes the draft that was sent. One that another tab has changed meanwhile stays. */
export function dropDraft(staff: string, message: string, key: string): void {
  try {
    if (stored(staff, message)?.key !== key) return;
    localStorage.removeItem(draftName(staff, message));
  } catch {
    // Nothing was stored.
  }
  changes++;
}
