const LINK = /\bhttps?:\/\/[^\s<>"]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
const CLOSING = { ")": "(", "]": "[", "}": "{" };

/** Text in parts: {text} as written, or {text, href} for web and mail addresses. All parts together are the text. */
export function parts(content) {
  const found = [];
  let end = 0;
  for (const match of content.matchAll(LINK)) {
    const text = withoutEnd(match[0]);
    const href = /^https?:/i.test(text) ? text : `mailto:${text}`;
    if (!isAddress(href)) continue;
    if (match.index > end) found.push({ text: content.slice(end, match.index) });
    found.push({ text, href });
    end = match.index + text.length;
  }
  if (end < content.length) found.push({ text: content.slice(end) });
  return found;
}

/** Without the full stop of the sentence, and a bracket that was opened before the address. */
function withoutEnd(text) {
  let rest = text;
  for (;;) {
    const last = rest.at(-1);
    const open = CLOSING[last];
    const isForeign = open ? rest.split(open).length < rest.split(last).length : /[.,:;!?'’”…*_]/.test(last);
    if (!isForeign) return rest;
    rest = rest.slice(0, -1);
  }
}

function isAddress(href) {
  return URL.canParse(href);
}
