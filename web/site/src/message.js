import { busy, countDown, room, showError } from "./form-tools.js";
import { text } from "./strings.js";

openFromFragment();
enhanceReply();
document.querySelector("[data-focus]")?.focus();

/** The code is in the fragment, which appears in no server log or referrer; from there it is sent by POST. */
function openFromFragment() {
  const code = location.hash.slice(1);
  if (!code) return;
  const form = document.getElementById("code-form");
  // "#content", "#token": links within the page
  if (document.getElementById(code)) return;
  history.replaceState(null, "", location.pathname);
  if (!form) return;
  form.elements.token.value = decoded(code);
  document.getElementById("code-opening").hidden = false;
  form.requestSubmit();
}

/** A link that was cut in the middle of `%20` contains a wrong code, which the page reports. */
function decoded(code) {
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

function enhanceReply() {
  const form = document.getElementById("reply-form");
  if (!form) return;
  const { content } = form.elements;
  countDown(content, document.getElementById("content-counter"));
  const check = () => showError(content, room(content) < 0 ? text.shorten(-room(content)) : null);
  content.addEventListener("input", () => content.hasAttribute("aria-invalid") && check());
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    if (room(content) < 0) {
      event.preventDefault();
      check();
      return content.focus();
    }
    sent = true;
    busy(form.querySelector("button"), text.sending);
  });
  // restored from the back/forward cache: make the form usable again
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}
