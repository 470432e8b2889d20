import { h, say } from "../dom.js";

export * from "../dom.js";

export const DOWN = "M6 9.5l6 6 6-6";
export const MORE = "M5 12h.01M12 12h.01M19 12h.01";
export const CLIP = "M20.5 11.3l-8.6 8.6a5.3 5.3 0 0 1-7.5-7.5L13 3.8a3.5 3.5 0 0 1 5 5l-8.5 8.6a1.8 1.8 0 0 1-2.6-2.6L14.8 7";
export const SAVE = "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 20h14";
export const SEND = "M12 19V5M5.5 11.5L12 5l6.5 6.5";

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
