/** When nobody is there: a message for the inbox, by the same request as the contact form. */
import { EMAIL, fault, field, h, say } from "./dom.js";
import { Draft } from "./draft.js";
import { link } from "./lines.js";
import { text } from "./strings.js";

const TIMEOUT_MS = 20_000;

/** `talk` remembers who writes; `chat` leads to the conversation, which has what was typed. */
export function awayForm({ tab, config, talk, chat }) {
  const draft = new Draft(tab);
  const name = field("input", text.name, { type: "text", name: "name", autocomplete: "name", maxlength: "120", required: true });
  const email = field("input", text.email, { type: "email", name: "email", autocomplete: "email", maxlength: "254", required: true });
  const message = field("textarea", text.message, { name: "message", rows: "4", required: true, oninput: () => (draft.text = message.control.value) });
  const options = [{ value: "", label: text.topicNone }, ...(config()?.topics ?? []).map((it) => ({ value: it.slug, label: it.name }))];
  const topic = options.length > 1 && field("select", text.topic, { name: "service" }, { optional: text.optional, options });
  const trap = field("input", text.trap, { type: "text", tabindex: "-1", autocomplete: "off", "data-1p-ignore": true, "data-lpignore": "true" });
  trap.node.className = "off-screen";
  trap.node.setAttribute("aria-hidden", "true");
  const fields = { name, email, message };
  const lead = h("p");
  const offer = h("p", { hidden: true, role: "status" }, h("button", { type: "button", class: "chat-link", onclick: instead }, text.chatInstead));
  const problem = h("p", { class: "field-error", role: "alert", hidden: true });
  const button = h("button", { type: "submit", class: "chat-button" }, text.awaySend);
  const form = h(
    "form",
    { class: "chat-form", novalidate: true, onsubmit: (event) => (event.preventDefault(), submit()) },
    lead,
    offer,
    name.node,
    email.node,
    message.node,
    topic && topic.node,
    trap.node,
    problem,
    h("p", { class: "chat-do" }, button, h("a", { href: "/privacy-policy" }, text.privacy)),
  );
  const sentText = h("p");
  const sent = h("div", { class: "chat-form", hidden: true }, h("h3", { tabindex: "-1" }, text.awaySent), sentText, h("p", { class: "chat-do" }, h("button", { type: "button", class: "chat-link", onclick: another }, text.another)));
  const node = h("div", { class: "chat-scroll" }, form, sent);
  let token = null;
  // Kept while the outcome is unknown: a second try stores the message once.
  let key = null;
  let isSending = false;

  for (const it of Object.values(fields)) it.control.addEventListener("input", () => ((key = null), it.control.hasAttribute("aria-invalid") && fault(it, wrong(it))));

  function wrong({ control }) {
    const value = control.value.trim();
    if (!value) return text.awayRequired[control.name];
    if (control.type === "email" && !EMAIL.test(value)) return text.badEmail;
    const over = control.name === "message" ? [...value].length - 5_000 : 0;
    return over > 0 ? text.tooLong(over) : "";
  }

  /** The token says when the form was drawn. */
  function recall() {
    message.control.value = draft.text;
    for (const { control } of [name, email]) control.value ||= talk.known[control.name] ?? "";
    token ??= fetch("/api/form-token", { signal: AbortSignal.timeout(TIMEOUT_MS) })
      .then((answer) => answer.json())
      .then((body) => body.data.formToken)
      .catch(() => (token = null));
  }

  /** Somebody is here now, or nobody is any more. */
  function render(isOffered) {
    link(lead, isOffered ? "" : config()?.enabled === false ? text.off : (config()?.awayText ?? ""));
    offer.hidden = !isOffered;
  }

  /** So that the chat does not ask again. */
  function remember() {
    const values = [name, email].filter((it) => !wrong(it)).map(({ control }) => [control.name, control.value.trim()]);
    if (values.length) talk.introduce(Object.fromEntries(values));
  }

  function instead() {
    remember();
    chat();
  }

  async function submit() {
    if (isSending) return;
    say(problem, "");
    const bad = Object.values(fields).filter((it) => {
      fault(it, wrong(it));
      return wrong(it);
    });
    if (bad.length) return bad[0].control.focus();
    isSending = true;
    button.setAttribute("aria-disabled", "true");
    say(button, text.sending);
    const failed = await post();
    isSending = false;
    button.removeAttribute("aria-disabled");
    say(button, text.awaySend);
    if (failed) return say(problem, failed);
    remember();
    say(sentText, text.awaySentText(email.control.value.trim()));
    draft.text = message.control.value = "";
    token = key = null;
    form.hidden = true;
    sent.hidden = false;
    sent.querySelector("h3").focus();
  }

  /** What went wrong, in words. */
  async function post() {
    key ??= crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    const values = { name: name.control.value.trim(), email: email.control.value.trim(), message: message.control.value, consent: false };
    if (topic && topic.control.value) values.service = topic.control.value;
    if (trap.control.value) values.extra = trap.control.value;
    let answer;
    try {
      const formToken = await token;
      answer = await fetch("/api/contact", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key },
        body: JSON.stringify({ ...values, ...(formToken && { formToken }) }),
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      return text.awayOffline;
    }
    key = null;
    if (answer.ok) return "";
    const body = await answer.json().catch(() => null);
    for (const { field: name, message } of body?.errors ?? []) if (fields[name]) fault(fields[name], message);
    return answer.status < 500 && body?.detail ? body.detail : text.awayFailed;
  }

  function another() {
    sent.hidden = true;
    form.hidden = false;
    recall();
    message.control.focus();
  }

  return { node, recall, render, touched: () => Boolean(message.control.value), focus: () => (sent.hidden ? name.control : sent.querySelector("h3")).focus() };
}
