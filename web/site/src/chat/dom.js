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

export const DOWN = "M6 9.5l6 6 6-6";
export const MORE = "M5 12h.01M12 12h.01M19 12h.01";
export const CLIP = "M20.5 11.3l-8.6 8.6a5.3 5.3 0 0 1-7.5-7.5L13 3.8a3.5 3.5 0 0 1 5 5l-8.5 8.6a1.8 1.8 0 0 1-2.6-2.6L14.8 7";
export const FILE = "M6 3.5h8l4.5 4.5v12.5H6zM14 3.5V8h4.5";
export const CLOSE = "M6 6l12 12M18 6L6 18";
export const AGAIN = "M19.5 12A7.5 7.5 0 1 1 17 6.4l2.5 2.3M19.5 4v4.7h-4.7";
export const SAVE = "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 20h14";
export const SEND = "M12 19V5M5.5 11.5L12 5l6.5 6.5";

/** Changes only what differs, so that screen readers hear of nothing else. */
export function say(element, words) {
  const next = words ?? "";
  if (element.textContent !== next) element.textContent = next;
  element.hidden = !next;
}

let last = 0;
/** A labelled field, with a place for what is wrong with it. */
export function field(tag, label, props, { optional, options = [] } = {}) {
  const id = `chat-field-${++last}`;
  const control = h(tag, { id, ...props }, options.map(({ value, label }) => h("option", { value }, label)));
  const error = h("p", { class: "field-error", id: `${id}-error`, hidden: true });
  const name = h("label", { for: id }, label, optional && h("span", { class: "optional" }, ` ${optional}`));
  return { node: h("div", { class: "field" }, name, control, error), control, error };
}

/** Says what is wrong with a field, or that nothing is. */
export function fault({ control, error }, words) {
  say(error, words);
  if (words) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  if (words) control.setAttribute("aria-describedby", error.id);
  else control.removeAttribute("aria-describedby");
}

export const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
