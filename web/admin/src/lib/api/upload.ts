/** Sends a file, and says how far it is, which `fetch` could not: the one request besides those of `http`. */
import { Later, postFile, Refused, type Progress, type StoredFile } from '@tekvwarho/site/files';
import { bearer } from './http';
import { line } from './reach';

export async function upload(url: string, file: File, on: Progress): Promise<StoredFile> {
  const send = (token: string) =>
    postFile(file, { url, headers: { Authorization: `Bearer ${token}`, 'X-Client': 'web' }, ...on });
  const token = await bearer();
  try {
    return await send(token);
  } catch (error) {
    // What an upload has noticed, the socket may not know yet.
    if (!(error instanceof Later || error instanceof Refused)) line.silent();
    if (!(error instanceof Later) || error.status !== 401) throw error;
    return send(await bearer(token));
  }
}
