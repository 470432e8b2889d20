/** Saves a streamed response as a file and shows its progress in a toast. */
import { isAbort } from '../api/errors';
import { words } from '../strings';
import { toasts } from './toasts.svelte';

/** Progress by size if the server knows it beforehand, otherwise by rows. `text`: what is said meanwhile and after. */
export async function download(
  ask: (signal: AbortSignal) => Promise<Response>,
  fallbackName: string,
  text = words.download,
): Promise<void> {
  const stop = new AbortController();
  const toast = toasts.track(text.going(0, null), () => stop.abort());
  try {
    const response = await ask(stop.signal);
    const rows = Number(response.headers.get('X-Total-Count')) || null;
    const size = Number(response.headers.get('Content-Length')) || null;
    const whole = size ?? rows;
    const type = response.headers.get('Content-Type') ?? '';
    const count = rowCounter(type.startsWith('text/csv'));
    const chunks: BlobPart[] = [];
    let come = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const part = await reader?.read();
      if (!part || part.done) break;
      chunks.push(part.value as BlobPart);
      come += size ? part.value.length : count(part.value);
      const done = whole ? Math.min(99, Math.floor((come / whole) * 100)) : null;
      if (toast.progress) toast.progress.value = done;
      toast.text = text.going(done ?? 0, rows);
    }
    save(new Blob(chunks, { type }), fileName(response) ?? fallbackName);
    toasts.say(text.done);
  } catch (error) {
    if (isAbort(error) || stop.signal.aborted) toasts.say(text.stopped);
    else toasts.fail(error);
  } finally {
    toasts.drop(toast.id);
  }
}

/** Counts rows as they arrive. In CSV, a line break inside quotes belongs to a cell. */
export function rowCounter(csv: boolean): (bytes: Uint8Array) => number {
  let quoted = false;
  return (bytes) => {
    let rows = 0;
    for (const byte of bytes) {
      if (csv && byte === 34) quoted = !quoted;
      else if (byte === 10 && !quoted) rows++;
    }
    return rows;
  };
}

function fileName(response: Response): string | undefined {
  return /filename="?([^";]+)"?/.exec(response.headers.get('Content-Disposition') ?? '')?.[1];
}

export function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
