/**
 * Runs in the page: keeps what a person should never cause. Without the log of the browser, because WebKitWebDriver has
 * none.
 */
export function listen() {
  if (window.complaints) return;
  const kept = (window.complaints = []);
  addEventListener("error", ({ message, filename, lineno }) => kept.push(`${message} (${filename}:${lineno})`));
  addEventListener("unhandledrejection", ({ reason }) => kept.push(`unhandled: ${reason}`));
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    kept.push(`policy violated: ${violatedDirective} by ${blockedURI}`),
  );
  for (const level of ["error", "warn"]) {
    const say = console[level];
    console[level] = (...words) => {
      kept.push(words.join(" "));
      say.apply(console, words);
    };
  }
}
