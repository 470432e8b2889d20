/** What is asked below the messages: who writes, how it was, and what comes next. One card at a time. */
import { EMAIL, fault, field, h, say } from "./dom.js";
import { text } from "./strings.js";

const ASKED = "chat-asked";
const OPTIONAL = { optional: text.optional };

const nameField = (rest) => field("input", text.name, { type: "text", autocomplete: "name", maxlength: "120" }, rest);
const emailField = (rest) => field("input", text.email, { type: "email", autocomplete: "email", maxlength: "254" }, rest);
const valueOf = (it) => (it ? it.control.value.trim() : "");
const button = (label, props) => h("button", { type: "button", class: "chat-link", ...props }, label);
const buttons = (...all) => h("p", { class: "chat-do" }, all);

/** `waits` knows what was said while the visitor waits; `done` draws the conversation again and gives it the focus. */
export function cards({ talk, tab, config, anew, waits, done }) {
  const node = h("div", { class: "chat-under" });
  const kinds = { before, after: () => details(text.after), leave: () => details(text.leave), edit: () => details(), saved, rating, over };
  let made = {};
  let isSaved = false;
  let isEdited = false;

  function show(lines) {
    const kind = kindFor(lines);
    const card = kind && (made[kind] ??= kinds[kind]());
    if (node.firstElementChild !== (card?.node ?? null)) node.replaceChildren(...(card ? [card.node] : []));
    card?.render?.();
  }

  function kindFor(lines) {
    const { askName, askEmail, topics } = config() ?? {};
    const { name, email } = talk.known;
    const asks = (when) => (askEmail === when && !email) || (askName === when && !name);
    if (talk.fixed) return null;
    if (talk.closed) return lines.some((line) => line.from === "staff") && !talk.rating ? "rating" : "over";
    if (!talk.begun) return asks("before") || topics?.length ? "before" : null;
    if (!lines.some((line) => line.seq)) return null;
    if (isEdited) return "edit";
    // Whoever may wait for long is asked once more.
    if (waits.told && !email && tab.get(ASKED) !== "leave") return "leave";
    if (isSaved || (waits.told && email)) return "saved";
    return asks("after") && !tab.get(ASKED) ? "after" : null;
  }

  /** Fields above the first message; what is in them goes with it. */
  function before() {
    const { askName, askEmail, topics } = config() ?? {};
    const name = askName === "before" && !talk.known.name && nameField(OPTIONAL);
    const email = askEmail === "before" && !talk.known.email && emailField(OPTIONAL);
    const options = [{ value: "", label: text.topicNone }, ...(topics ?? []).map((it) => ({ value: it.slug, label: it.name }))];
    const topic = topics?.length > 0 && field("select", text.topic, {}, { ...OPTIONAL, options });
    const fields = [name, email, topic].filter(Boolean);
    const card = h("div", { class: "chat-card" }, (name || email) && h("p", null, text.before), fields.map((it) => it.node));

    function take() {
      if (talk.begun || !card.isConnected) return true;
      const bad = valueOf(email) && !EMAIL.test(valueOf(email));
      if (email) fault(email, bad && text.badEmail);
      if (bad) {
        email.control.focus();
        return false;
      }
      introduce({ name: valueOf(name), email: valueOf(email), topic: valueOf(topic) });
      return true;
    }

    return { node: card, take };
  }

  /** Only what is there. */
  function introduce(values) {
    const given = Object.entries(values).filter(([, value]) => value);
    if (given.length) talk.introduce(Object.fromEntries(given));
  }

  /** With a `lead` it is a question, which can be declined; without, it changes what was saved. */
  function details(lead) {
    const { askName, askEmail } = config() ?? {};
    const name = askName === "after" && nameField();
    const email = (lead !== text.after || askEmail === "after") && emailField();
    const first = email || name;
    for (const key of ["name", "email"]) {
      const it = { name, email }[key];
      if (it) it.control.value = talk.known[key] ?? "";
    }
    const form = h(
      "form",
      { class: "chat-card", novalidate: true, onsubmit: save },
      lead && h("p", null, email ? lead : text.before),
      name && name.node,
      email && email.node,
      buttons(h("button", { type: "submit", class: "chat-button" }, text.save), button(lead ? text.notNow : text.cancel, { onclick: leave })),
    );

    function save(event) {
      event.preventDefault();
      const values = { name: valueOf(name), email: valueOf(email) };
      const wrong = !values.email && !values.name ? text.oneOfThem : values.email && !EMAIL.test(values.email) ? text.badEmail : "";
      fault(first, wrong);
      if (wrong) return first.control.focus();
      introduce(values);
      isSaved = true;
      leave();
    }

    function leave() {
      if (lead) tab.set(ASKED, lead === text.leave ? "leave" : "after");
      isEdited = false;
      done();
    }

    return { node: form };
  }

  function saved() {
    const words = h("p", { role: "status" });
    const node = h("div", { class: "chat-card chat-do" }, words, button(text.edit, { onclick: edit }));
    return { node, render: () => say(words, isSaved ? text.saved(talk.known.email) : text.replyTo(talk.known.email)) };
  }

  function edit() {
    isEdited = true;
    delete made.edit;
    done();
    node.querySelector("input").focus();
  }

  function rating() {
    const feedback = field("textarea", text.feedback, { rows: "2", maxlength: "2000" }, OPTIONAL);
    const more = h("div", { class: "chat-more", hidden: true }, feedback.node, buttons(h("button", { type: "submit", class: "chat-button" }, text.rateSend)));
    const choices = text.rates.map((label, i) =>
      h(
        "label",
        null,
        h("input", { type: "radio", name: "chat-rating", value: i + 1, class: "off-screen", "aria-label": label, onchange: () => (more.hidden = false) }),
        h("span", { "aria-hidden": "true" }, String(i + 1)),
      ),
    );
    // In some countries, 1 is the best grade. The labels of the fields say it too.
    const scale = h("p", { class: "chat-scale", "aria-hidden": "true" }, h("span", null, text.worst), h("span", null, text.best));
    const form = h("form", { class: "chat-card", onsubmit: send }, h("fieldset", { class: "chat-rates" }, h("legend", null, text.rate), choices), scale, more, buttons(button(text.anew, { onclick: () => anew() })));

    function send(event) {
      event.preventDefault();
      const rating = Number(new FormData(form).get("chat-rating"));
      if (!rating) return;
      talk.rate(rating, valueOf(feedback));
      form.reset();
      more.hidden = true;
      done();
      made.over?.node.querySelector("button").focus();
    }

    return { node: form };
  }

  function over() {
    const thanks = h("p", { role: "status" });
    const node = h("div", { class: "chat-card" }, thanks, buttons(h("button", { type: "button", class: "chat-button", onclick: () => anew() }, text.anew)));
    return { node, render: () => say(thanks, talk.rating ? text.rated : "") };
  }

  return {
    node,
    show,
    /** What was asked before the first message; false if something is wrong with it. */
    take: () => made.before?.take() ?? true,
    /** Another conversation. */
    reset() {
      tab.remove(ASKED);
      made = {};
      isSaved = isEdited = false;
    },
  };
}
