/** The single-use token in the fragment: read once, then removed from the address bar and the history. */
export function takeToken(): string {
  const token = decoded(location.hash.slice(1));
  if (token) history.replaceState(history.state, '', location.pathname + location.search);
  return token;
}

/** A link that was cut in the middle of `%20` contains a wrong token and must not break the page. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
