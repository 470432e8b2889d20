/** Downloads the filtered list as a stream and says how far it is. */
import { api } from '../../api/client';
import { isAbort } from '../../api/errors';
import { words } from '../../strings';
import { toasts } from '../../ui/toasts.svelte';
import { toQuery, type Filters } from './filters';

const text = words.messages;

export async function exportMessages(filters: Filters, format: 'csv' | 'xlsx'): Promise<void> {
  const stop = new AbortController();
  const toast = toasts.track(text.exporting(0, null), () => stop.abort());
  try {
    const response = await api.messages.export({ ...toQuery(filters), format }, stop.signal);
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
      // Lines stand for rows in CSV; a workbook arrives in one piece, so its size is a guess from 120 bytes a row.
      rows = format === 'csv' ? rows + countLines(part.value) : bytes / 120;
      const done = total ? Math.min(99, Math.floor((rows / total) * 100)) : null;
      if (toast.progress) toast.progress.value = done;
      toast.text = text.exporting(done ?? 0, total);
    }
    save(new Blob(chunks, { type: response.headers.get('Content-Type') ?? '' }), fileName(response, format));
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

function fileName(response: Response, format: string): string {
  const header = response.headers.get('Content-Disposition') ?? '';
  return /filename="?([^";]+)"?/.exec(header)?.[1] ?? `messages.${format}`;
}

function save(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
