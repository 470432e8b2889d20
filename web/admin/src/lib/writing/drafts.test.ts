import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Chosen } from '../files/types';
import type { Draft } from './drafts.svelte';

const file = (name: string, more: Partial<Chosen> = {}): Chosen => ({
  ...{ key: `1 ${name}`, name, type: 'application/pdf', size: 5 },
  ...more,
});
const draft = (more: Partial<Draft>): Draft => ({ mode: 'reply', text: '', key: 'k', ...more });
const names = ({ files = [] }: Pick<Draft, 'files'>) => files.map(({ name }) => name);

let kept: Map<string, string>;
async function page() {
  vi.resetModules();
  return import('./drafts.svelte');
}

beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('addEventListener', vi.fn());
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

it('keeps files as it keeps text, also without any', async () => {
  const { hasDraft, loadDraft, saveDraft } = await page();
  saveDraft('me', 'm', draft({ files: [file('a.pdf', { fileId: 'id' })] }));
  expect([hasDraft('me', 'm'), loadDraft('me', 'm').files]).toEqual([
    true,
    [file('a.pdf', { fileId: 'id' })],
  ]);
  saveDraft('me', 'm', draft({ files: [] }));
  expect([hasDraft('me', 'm'), kept.size]).toEqual([false, 0]);
});

it('keeps no file that cannot be sent: its bytes are gone with the page', async () => {
  const { loadDraft, saveDraft } = await page();
  saveDraft('me', 'm', draft({ files: [file('a.exe', { fault: true })] }));
  expect(kept.size).toBe(0);
  saveDraft('me', 'm', draft({ files: [file('a.exe', { fault: true }), file('b.pdf')] }));
  expect(names(loadDraft('me', 'm'))).toEqual(['b.pdf']);
});

it('gives text and files back to the field, or to the draft of what is not open', async () => {
  const { draftName, loadDraft, onDraftReturned, returnDraft, saveDraft } = await page();
  const returned = { text: 'Hello', files: [file('a.pdf', { fileId: 'id' })] };
  saveDraft('me', 'm', draft({ mode: 'note', text: 'Since', files: [file('b.pdf')] }));
  returnDraft('me', 'm', returned);
  expect(loadDraft('me', 'm')).toMatchObject({ mode: 'reply', text: 'Hello\n\nSince' });
  expect(names(loadDraft('me', 'm'))).toEqual(['a.pdf', 'b.pdf']);
  const take = vi.fn();
  onDraftReturned(draftName('me', 'other'), take);
  returnDraft('me', 'other', returned);
  expect(take).toHaveBeenCalledWith(returned);
});

it('loses nothing of two drafts, and has each file once', async () => {
  const { merged } = await page();
  const theirs = draft({ text: 'One', files: [file('a.pdf', { fileId: 'id' })] });
  expect(merged(theirs, draft({ text: 'One', files: [file('a.pdf')] }))).toBe(theirs);
  const both = merged(theirs, draft({ text: 'One two', files: [file('a.pdf'), file('b.pdf')] }));
  expect([both.text, both.files]).toEqual(['One two', [file('a.pdf', { fileId: 'id' }), file('b.pdf')]]);
  expect(both.key).not.toBe(theirs.key);
});
