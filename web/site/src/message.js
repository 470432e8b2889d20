import { attach } from "./attach.js";
import { showPictures } from "./conversation-pictures.js";
import { busy, countDown, room, showError } from "./form-tools.js";
import { text } from "./strings.js";

const messageId = () => document.querySelector(".talk")?.dataset.message;

openFromFragment();
enhanceReply();
showFiles();
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
  const button = form.querySelector("button[type=submit]");
  const files = filesOf(form);
  let sent = false;
  form.addEventListener("submit", async (event) => {
    if (sent) return event.preventDefault();
    if (room(content) < 0) {
      event.preventDefault();
      check();
      return content.focus();
    }
    sent = true;
    const done = busy(button, files?.waits ? text.sendingFiles : text.sending);
    if (!files) return;
    event.preventDefault();
    const { ids, problem } = await files.ready();
    if (ids) {
      form.querySelector("[name=files]").value = ids.join(" ");
      return form.submit();
    }
    sent = false;
    done();
    showError(files.input, problem);
    files.input.focus();
  });
  // restored from the back/forward cache: make the form usable again
  addEventListener("pageshow", (event) => event.persisted && location.reload());
}

function filesOf(form) {
  const id = messageId();
  const to = { url: `/api/messages/${id}/files`, authorization: () => `Manage ${form.elements.token.value}`, place: () => id };
  const files = attach(form, { name: `reply-files ${id}`, to });
  // The page after a reply: the form is sent as without scripts, so only the server's answer tells.
  if (document.querySelector("[data-arrived]")) void files?.sent();
  else if (files?.input.hasAttribute("aria-invalid")) void files.lost();
  return files;
}

function showFiles() {
  const code = document.querySelector("main [name=token]")?.value;
  if (messageId() && code) showPictures(messageId(), code);
}
