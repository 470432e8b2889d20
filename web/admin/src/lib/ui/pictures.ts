/**
 * Pictures of people as data URLs. They require the access token, and the content security policy allows `data:` for
 * images.
 */
import { api } from '../api/client';

const known = new Map<string, Promise<string>>();

/** The picture at that address; "" when it cannot be had, and initials are drawn. An address never changes its picture. */
export function pictureOf(address: string, load = api.picture): Promise<string> {
  let picture = known.get(address);
  if (!picture) {
    picture = load(address)
      .then(asData)
      .catch(() => {
        known.delete(address);
        return '';
      });
    known.set(address, picture);
  }
  return picture;
}

function asData(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result));
    reader.onerror = () => failed(reader.error ?? new Error('unreadable'));
    reader.readAsDataURL(blob);
  });
}
