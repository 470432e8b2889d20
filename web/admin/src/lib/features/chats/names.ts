/** What a visitor is called who may have said nothing about themselves. Pure. */
import { frame } from './strings.frame';

interface Visitor {
  sessionId: string;
  visitorName?: string | null;
  visitorEmail?: string | null;
}

export const nameOf = ({ sessionId, visitorName, visitorEmail }: Visitor): string =>
  visitorName || visitorEmail || frame.visitor(sessionId);

/** Whether they have said nothing by which one knows them. */
export const isNameless = ({ visitorName, visitorEmail }: Visitor): boolean => !visitorName && !visitorEmail;

/** A page, as short as it can be: "/contact", and with its host if that is not the firm's own: "shop.example/cart". */
export function shortPage(url: string, own: string): string {
  try {
    const { host, pathname, search } = new URL(url);
    return (host === own ? '' : host) + pathname + search;
  } catch {
    return url;
  }
}

/** What may be a link: only addresses of the web. */
export const linkOf = (url: string): string | undefined => (/^https?:\/\//i.test(url) ? url : undefined);
