/** The browser's store of the bytes of files that are not sent yet. */
export const BYTES = 'tekvwarho-files';

/** Removes them, also after a page that has shown no file. */
export function forgetBytes(): void {
  if ('indexedDB' in globalThis) indexedDB.deleteDatabase(BYTES);
}
