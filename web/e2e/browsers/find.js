/**
 * Runs in the page: the first element that a person sees (or a field for files, which nobody sees) with this selector,
 * with this name as a screen reader says it, and with this text in it.
 */
export function find({ css, name, text }) {
  const words = (node) => (node?.innerText ?? "").replace(/\s+/g, " ").trim();
  const nameOf = (node) =>
    node.getAttribute("aria-label") ?? ([...(node.labels ?? [])].map(words).join(" ") || words(node) || node.title);
  return (
    [...document.querySelectorAll(css)].find(
      (node) =>
        (node.type === "file" || node.checkVisibility({ visibilityProperty: true })) &&
        (name === undefined || nameOf(node) === name) &&
        (text === undefined || words(node).includes(text)),
    ) ?? null
  );
}
