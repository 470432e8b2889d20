/** Saves a streamed answer as a file and says in a toast how far it is. */
import { isAbort } from '../api/errors';
import { words } from '../strings';
import { toasts } from './toasts.svelte';

const text = words.messages;

/** `lines`: rows are counted by their line breaks; otherwise the size of what came is a guess of 120 bytes a row. */
export async function download(
  ask: (signal: AbortSignal) => Promise<Response>,
  fallbackName: string,
  lines: boolean,
): Promise<void> {
  const stop = new AbortController();
  const toast = toasts.track(text.exporting(0, null), () => stop.abort());
  try {
    const response = await ask(stop.signal);
    const total = Number(response.headers.get('X-Total-Count')) || null;
    const chunks: BlobPart[] = [];
    let rows = 0;
    let bytes = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) break;
      chunks.push(part.value as BlobPart);
      bytes += part.value.length;
      rows = lines ? rows + countLines(part.value) : bytes / 120;
      const done = total ? Math.min(99, Math.floor((rows / total) * 100)) : null;
      if (toast.progress) toast.progress.value = done;
      toast.text = text.exporting(done ?? 0, total);
    }
    const type = response.headers.get('Content-Type') ?? '';
    save(new Blob(chunks, { type }), fileName(response) ?? fallbackName);
    toasts.say(text.exported);
  } catch (error) {
    if (isAbort(error) || stop.signal.aborted) toasts.say(text.exportStopped);
    else toasts.fail(error);
  } finally {
    toasts.drop(toast.id);
  }
}

function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (const byte of bytes) if (byte === 10) lines++;
  return lines;
}

function fileName(response: Response): string | undefined {
  return /filename="?([^";]+)"?/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
