/** What the page's policy (Trusted Types) asks of a script that parses HTML. Browsers without it have no factory. */
interface Factory {
  createPolicy(name: string, rules: { createHTML: (html: string) => string }): typeof plain;
}
const plain = { createHTML: (html: string) => html };
const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy = factory?.createPolicy('letter', plain) ?? plain;

/** A document for the browser to parse: an email, or a page in a frame where no script runs. */
export const trusted = (html: string): string => policy.createHTML(html);

const SHEET = /<style>([\s\S]*?)<\/style>/g;

/**
 * Shows the HTML of an email inside the page. The page's policy (CSP) allows no inline styles, also not in a document
 * that is only parsed, so they are taken out of the text and set by script. What a mail program would do with them,
 * links, forms and scripts do not do here.
 */
export function show(html: string, root: ShadowRoot): void {
  // Quotes in the words of an email are escaped, so these are its attributes.
  const unstyled = html.replace(SHEET, '').replaceAll(' style="', ' data-style="');
  const { body } = new DOMParser().parseFromString(trusted(unstyled), 'text/html');
  for (const dead of body.querySelectorAll('script, form, iframe, object, embed, link')) dead.remove();
  // The firm's pictures are on this server, by whichever name the page was opened.
  for (const picture of body.querySelectorAll('img')) picture.src = new URL(picture.src).pathname;

  const page = document.createElement('div');
  page.className = body.className;
  page.style.cssText = body.dataset.style ?? '';
  page.append(...body.childNodes);
  for (const element of page.querySelectorAll<HTMLElement>('*')) {
    for (const { name } of [...element.attributes])
      if (name === 'href' || name.startsWith('on')) element.removeAttribute(name);
    element.style.cssText = element.dataset.style ?? '';
  }
  const sheet = new CSSStyleSheet();
  sheet.replaceSync([...html.matchAll(SHEET)].map(([, css]) => css).join('\n'));
  root.adoptedStyleSheets = [sheet];
  root.replaceChildren(page);
}
