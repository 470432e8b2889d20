/** Reads responses line by line. */

/** Each line of the response as a value. */
export async function* lines<T>(response: Response): AsyncGenerator<T> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) break;
    const pieces = (rest + part.value).split('\n');
    rest = pieces.pop() ?? '';
    for (const piece of pieces) if (piece) yield JSON.parse(piece) as T;
  }
  if (rest) yield JSON.parse(rest) as T;
}

/** Finds a chain head in a text, such as the weekly email. Emails may split it with a soft line break. */
export function headIn(text: string): string | null {
  return /\b\d{1,19}:[0-9a-f]{64}\b/i.exec(text.replace(/=\r?\n/g, ''))?.[0] ?? null;
}
