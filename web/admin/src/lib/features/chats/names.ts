/** What a visitor is called who may have said nothing about themselves. Pure. */
import { own } from './strings';

interface Visitor {
  visitorName?: string | null;
  visitorEmail?: string | null;
}

export const nameOf = ({ visitorName, visitorEmail }: Visitor): string =>
  visitorName || visitorEmail || own.visitor;

/** The page of a site, as short as it can be: "/contact". */
export function shortPage(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}

/** What may be a link: only addresses of the web. */
export const linkOf = (url: string): string | undefined => (/^https?:\/\//i.test(url) ? url : undefined);
