/** The menu of the chat: sound, notifications, a copy by mail, the end. */
import { EMAIL, MORE, fault, field, h, icon, say } from "./dom.js";
import { text } from "./strings.js";

/** `done` gives the focus back to the conversation. */
export function menu({ talk, signal, config, anew, done }) {
  const list = h("div", { class: "chat-menu", id: "chat-menu", hidden: true });
  const button = h("button", { type: "button", class: "chat-tool", "aria-label": text.menu, title: text.menu, "aria-expanded": "false", "aria-controls": "chat-menu", onclick: () => (list.hidden ? open() : close(true)) }, icon(MORE, "3.5"));
  const note = h("p", { class: "chat-strip chat-told", role: "status", hidden: true });
  const address = field("input", text.copyTo, { type: "email", autocomplete: "email", maxlength: "254" });
  const copy = h(
    "form",
    { class: "chat-card", novalidate: true, hidden: true, onsubmit: send },
    address.node,
    h("p", { class: "chat-do" }, h("button", { type: "submit", class: "chat-button" }, text.copySend), h("button", { type: "button", class: "chat-link", onclick: () => ((copy.hidden = true), done()) }, text.cancel)),
  );

  function entries() {
    const answered = talk.lines.some((line) => line.from === "staff");
    return [
      config()?.sound && [signal.sound ? text.soundOff : text.soundOn, () => signal.setSound(!signal.sound)],
      signal.canNotify() && [signal.notifies ? text.notifyOff : text.notifyOn, async () => tell(await signal.setNotify(!signal.notifies))],
      answered && [text.copy, askAddress],
      talk.begun && !talk.closed && [text.end, () => talk.close()],
      talk.closed && [text.anew, () => anew()],
    ].filter(Boolean);
  }

  function open() {
    list.replaceChildren(
      ...entries().map(([label, act]) =>
        h("button", { type: "button", onclick: () => (close(), act !== askAddress && done(), act()) }, label),
      ),
    );
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    list.firstElementChild?.focus();
  }

  function close(focus) {
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (focus) button.focus();
  }

  function askAddress() {
    copy.hidden = false;
    address.control.value ||= talk.info?.visitorEmail ?? "";
    address.control.focus();
  }

  function send(event) {
    event.preventDefault();
    const value = address.control.value.trim();
    const wrong = EMAIL.test(value) ? "" : text.badEmail;
    fault(address, wrong);
    if (wrong) return address.control.focus();
    if (!talk.copy(value)) return fault(address, text.connecting);
    copy.hidden = true;
    done();
  }

  let timer;
  function tell(words) {
    clearTimeout(timer);
    say(note, words);
    if (words) timer = setTimeout(() => say(note, ""), 12_000);
  }

  return { button, list, note, copy, close, tell, isOpen: () => !list.hidden };
}
