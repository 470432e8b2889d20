import { attach } from "./attach.js";
import { keepDraft, setValue } from "./draft.js";
import { afterPress, busy, countDown, element, room, showError } from "./form-tools.js";
import { text } from "./strings.js";

const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/;
const TIMEOUT_MS = 20_000;

const form = document.getElementById("contact-form");
if (form) enhance(form);

function enhance(form) {
  const summary = document.getElementById("contact-summary");
  const button = form.querySelector("button[type=submit]");
  // A firm that lists no services has no field for them.
  const checked = ["name", "email", "message", "service", "company", "phone", "consent"].map((name) => form.elements[name]).filter(Boolean);
  const address = form.dataset.email;
  const files = attach(form, { name: "contact-files", to: placeOfFiles(form) });
  const shown = files ? [...checked, files.input] : checked;
  // Kept while the outcome is unknown: a retry of the same after a lost response stores the message only once.
  let key = null;
  let tried = null;
  let sending = false;

  const clearDraft = keepDraft(form);
  if (form.elements.service) presetService(form.elements.service);
  countDown(form.elements.message, document.getElementById("message-counter"));
  if (!summary.hidden) summary.focus();

  for (const field of checked) {
    field.addEventListener("blur", () => afterPress(() => {
      // an empty field that was only tabbed through is not an error yet
      const problem = field.value ? problemOf(field) : null;
      if (problem) showError(field, problem);
    }));
    field.addEventListener("input", () => {
      if (field.hasAttribute("aria-invalid")) showError(field, problemOf(field));
    });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sending) return;
    const problems = checked.map((field) => ({ field, message: problemOf(field) })).filter((one) => one.message);
    if (problems.length > 0) return showProblems(problems);
    sending = true;
    const done = busy(button, files?.waits ? text.sendingFiles : text.sending);
    try {
      await send();
    } finally {
      sending = false;
      done();
    }
  });

  async function send({ again = false } = {}) {
    hideProblems();
    const { ids = [], problem } = (await files?.ready()) ?? {};
    if (problem) return showProblems([{ field: files.input, message: problem }]);
    button.textContent = text.sending;
    const body = JSON.stringify({ ...valuesOf(form), ...(ids.length > 0 && { files: ids }) });
    if (body !== tried) key = null;
    tried = body;
    key ??= crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    let answer;
    try {
      answer = await fetch("/api/contact", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch {
      return showSummary(text.offline(address));
    }
    key = null;
    const told = await answer.json().catch(() => null);
    if (answer.ok) return showSent();
    if (answer.status === 429) return showSummary(text.tooMany(nextTry(answer), address));
    const problems = shown
      .map((field) => ({ field, message: told?.errors?.find((error) => error.field === field.id)?.message }))
      .filter((one) => one.message);
    if (problems.length > 0) return refused(problems, again);
    const ours = answer.status >= 500 || !told?.detail;
    showSummary(ours ? text.failed(address) : told.detail);
  }

  /** Files that the server has forgotten meanwhile go once more, and the message with them, before anybody is asked. */
  async function refused(problems, again) {
    const ofFiles = problems.some(({ field }) => field === files?.input);
    if (ofFiles) await files.lost();
    if (ofFiles && problems.length === 1 && !again) return send({ again: true });
    showProblems(problems);
  }

  function hideProblems() {
    summary.hidden = true;
    for (const field of shown) showError(field, null);
  }

  function showProblems(problems) {
    hideProblems();
    for (const { field, message } of problems) showError(field, message);
    showSummary(text.checkFields(problems.length), problems);
    problems[0].field.focus();
  }

  function showSummary(say, problems = []) {
    summary.hidden = false;
    summary.querySelector("[data-summary-text]").textContent = say;
    const links = problems.map(({ field, message }) => {
      const link = element("a", message, { href: `#${field.id}` });
      link.addEventListener("click", (event) => {
        event.preventDefault();
        field.focus();
      });
      return element("li", link);
    });
    summary.querySelector("ul").replaceChildren(...links);
    if (problems.length === 0) summary.focus();
  }

  /** Shows the thank-you page, as without scripts; here the sender is known. */
  function showSent() {
    clearDraft();
    void files?.sent();
    const sent = document.getElementById("sent").content.cloneNode(true);
    sent.querySelector("[data-name]").textContent = `, ${form.elements.name.value.trim()}`;
    sent.querySelector("[data-address]").textContent = form.elements.email.value.trim();
    const main = document.querySelector("main");
    main.replaceChildren(sent);
    main.querySelector("h1").focus({ preventScroll: true });
    scrollTo({ top: 0 });
  }
}

/** Files belong to the token of the form. One that stood open for a day gets another token, as the server asks. */
function placeOfFiles({ elements }) {
  return {
    url: "/api/contact/files",
    authorization: () => `Form ${elements.formToken.value}`,
    place: () => elements.formToken.value,
    async renew() {
      const answer = await fetch("/api/form-token", { signal: AbortSignal.timeout(TIMEOUT_MS) }).catch(() => null);
      if (!answer?.ok) return false;
      elements.formToken.value = (await answer.json()).data.formToken;
      return true;
    },
  };
}

function problemOf(field) {
  const value = field.value.trim();
  if (field.required && !value) return text.required[field.name];
  if (field.type === "email" && value && !EMAIL.test(value)) return text.email;
  if (field.dataset.limit && room(field) < 0) return text.shorten(-room(field));
  if (field.maxLength > 0 && field.value.length > field.maxLength) return text.tooLong(field.maxLength);
  return null;
}

/** Omits empty optional fields: "not given" differs from "empty". */
function valuesOf(form) {
  const values = { consent: form.elements.consent.checked };
  for (const name of ["name", "email", "phone", "company", "service", "message", "extra", "formToken"]) {
    const value = form.elements[name]?.value ?? "";
    if (value.trim()) values[name] = name === "message" ? value : value.trim();
  }
  return values;
}

/** "in 3 minutes", or the time of day if that is far off. */
function nextTry(answer) {
  const after = answer.headers.get("Retry-After");
  const seconds = Number(after) || (Date.parse(after) - Date.now()) / 1000 || 60;
  const minutes = Math.ceil(seconds / 60);
  if (minutes <= 20) return text.inMinutes(minutes);
  const clock = new Date(Date.now() + minutes * 60_000);
  return text.atTime(clock.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }));
}

/** A link like /contact?service=… from a service page */
function presetService(select) {
  const asked = new URLSearchParams(location.search).get("service");
  if (asked && !select.value) setValue(select, asked);
}
