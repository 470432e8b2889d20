/** Unsent replies: stored on this device for this person, removed when sent and on sign-out. */
import type { Chosen } from '../files/types';
import { both } from './claim';
import { DRAFTS } from './stored';

export interface Draft {
  mode: 'reply' | 'note';
  text: string;
  /** Identifies the attempt, so that a retry after a lost connection does not send twice. */
  key: string;
  /** The newest line of others that the person has seen before they wrote. */
  seen?: string;
  /** What is to go along. */
  files?: Chosen[];
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
    return { mode: draft.mode, text: draft.text, key: draft.key, seen: draft.seen, files: draft.files };
  } catch {
    return null;
  }
}

/** Nothing is written and nothing chosen. */
export const isBlank = ({ text, files }: Draft): boolean => text.trim() === '' && !files?.length;

/** A draft as another page can have it: without files that cannot be sent, whose bytes nobody keeps. */
export const lasting = (draft: Draft): Draft => ({
  ...draft,
  files: draft.files?.filter(({ fault }) => !fault),
});

export function hasDraft(staff: string, message: string): boolean {
  void changes;
  return stored(staff, message) !== null;
}

export function loadDraft(staff: string, message: string): Draft {
  return stored(staff, message) ?? { mode: 'reply', text: '', key: crypto.randomUUID() };
}

/** False if storage is full or blocked: the draft is only on screen then. */
export function saveDraft(staff: string, message: string, draft: Draft): boolean {
  const before = stored(staff, message) !== null;
  const now = lasting(draft);
  try {
    if (isBlank(now)) localStorage.removeItem(draftName(staff, message));
    else localStorage.setItem(draftName(staff, message), JSON.stringify({ ...now, at: Date.now() }));
  } catch {
    return false;
  }
  if (isBlank(now) === before) changes++;
  return true;
}

/** What comes back into a draft. */
export type Returned = Pick<Draft, 'text' | 'files'>;

/** Composers of this tab, by the draft that they show. */
const shown = new Map<string, (returned: Returned) => void>();

/** Calls `take` with what comes back into this draft. Returns what ends that. */
export function onDraftReturned(name: string, take: (returned: Returned) => void): () => void {
  shown.set(name, take);
  return () => {
    if (shown.get(name) === take) shown.delete(name);
  };
}

/** A reply that was not sent after all: into the field, or into the draft of a message that is not open. */
export function returnDraft(staff: string, message: string, returned: Returned): void {
  const take = shown.get(draftName(staff, message));
  if (take) return take(returned);
  saveDraft(staff, message, joined(loadDraft(staff, message), returned));
}

/** A draft with what comes back: as a reply, before what was written and chosen since. */
export const joined = (draft: Draft, { text, files = [] }: Returned): Draft => ({
  ...draft,
  mode: 'reply',
  text: both(text, draft.text),
  files: bothFiles(files, draft.files),
  key: crypto.randomUUID(),
});

/** Two drafts of which nothing may be lost: what is stored, and what was typed and chosen here meanwhile. */
export function merged(theirs: Draft, ours: Draft): Draft {
  const text = both(theirs.text, ours.text);
  const files = bothFiles(theirs.files, ours.files);
  const same = text === theirs.text && files.length === (theirs.files?.length ?? 0);
  return same ? theirs : { ...theirs, text, files, key: crypto.randomUUID() };
}

/** Each once, under the name that the server has for it, if one of the two knows that. */
function bothFiles(first: Chosen[] = [], second: Chosen[] = []): Chosen[] {
  const all = new Map(first.map((file) => [file.key, file]));
  for (const file of second) all.set(file.key, { ...file, ...all.get(file.key) });
  return [...all.values()];
}

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
