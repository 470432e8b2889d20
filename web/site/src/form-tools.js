import { text } from "./strings.js";

const NEAR_END = 500;

/** Characters left in a text area, counted as the server does; negative if it is too long. */
export const room = (area) => Number(area.dataset.limit) - [...area.value.trim()].length;

/**
 * Shows the remaining length, but only near the limit. Overlong text is kept, because a browser would truncate it
 * silently.
 */
export function countDown(area, counter) {
  const update = () => {
    const left = room(area);
    counter.hidden = left > NEAR_END;
    counter.classList.toggle("over", left < 0);
    if (!counter.hidden) counter.textContent = left < 0 ? text.over(-left) : text.counter(left);
  };
  area.addEventListener("input", update);
  update();
}

export function showError(field, message) {
  const place = document.getElementById(`${field.id}-error`);
  place.textContent = message ?? "";
  place.hidden = !message;
  if (message) field.setAttribute("aria-invalid", "true");
  else field.removeAttribute("aria-invalid");
}

/** A busy button keeps its focus, so it is not `disabled`. */
export function busy(button, label) {
  const before = button.textContent;
  button.setAttribute("aria-disabled", "true");
  button.textContent = label;
  return () => {
    button.removeAttribute("aria-disabled");
    button.textContent = before;
  };
}

export function element(name, content, attributes = {}) {
  const made = document.createElement(name);
  made.append(...[content].flat());
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

let pressed = false;
addEventListener("pointerdown", () => (pressed = true), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pressed = false), true);

/** An error that appears between press and release would move the button away from the pointer. */
export function afterPress(act) {
  if (!pressed) return act();
  addEventListener("pointerup", () => setTimeout(act), { once: true });
}
