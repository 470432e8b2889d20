/** Drawing by scripts: elements, text that changes, and the icons of files. */
const SVG = "http://www.w3.org/2000/svg";

/** An element: `on…` are listeners, true and false are attributes that are there or not, text is text. */
export function h(name, props, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(props ?? {})) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

/** A drawing of one line. */
export function icon(path, width = "2") {
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: "0 0 24 24", width: "24", height: "24", fill: "none", stroke: "currentColor", "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const FILE = "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5";
export const CLOSE = "M6 6l12 12M18 6L6 18";
export const AGAIN = "M19.5 12A7.5 7.5 0 1 1 17 6.4l2.5 2.3M19.5 4v4.7h-4.7";

/** Changes only what differs, so that screen readers hear of nothing else. */
export function say(element, words) {
  const next = words ?? "";
  if (element.textContent !== next) element.textContent = next;
  element.hidden = !next;
}
