/** Links and email addresses in a text. Pure. */
import { LinkifyIt } from 'linkify-it';

export interface Part {
  text: string;
  /** None: plain words. */
  href?: string;
}

const links = new LinkifyIt().add('ftp:', null).add('//', null);

/** The text in parts. Only addresses that say `http://` or `https://` are links: `file.py` names no site. */
export function parts(text: string): Part[] {
  const found: Part[] = [];
  let done = 0;
  for (const { index, lastIndex, url } of links.match(text) ?? []) {
    if (index > done) found.push({ text: text.slice(done, index) });
    found.push({ text: text.slice(index, lastIndex), href: url });
    done = lastIndex;
  }
  if (done < text.length || !found.length) found.push({ text: text.slice(done) });
  return found;
}
