/** Sends a file, and says how far it is, which `fetch` could not: the one request besides those of `http`. */
import { Later, postFile, type Progress, type StoredFile } from '@tekvwarho/site/files';
import { bearer } from './http';

export async function upload(url: string, file: File, on: Progress): Promise<StoredFile> {
  const send = (token: string) =>
    postFile(file, { url, headers: { Authorization: `Bearer ${token}`, 'X-Client': 'web' }, ...on });
  const token = await bearer();
  try {
    return await send(token);
  } catch (error) {
    if (!(error instanceof Later) || error.status !== 401) throw error;
    return send(await bearer(token));
  }
}
