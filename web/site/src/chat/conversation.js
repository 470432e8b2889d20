/** The conversation as it is shown, in the panel and on the page of a mailed link. */
import { hasFiles, pastedFiles } from "../files/words.js";
import { CLIP, EMAIL, SEND, fault, field, h, icon, say } from "./dom.js";
import { lineList } from "./lines.js";
import { text } from "./strings.js";

const LIMIT = 4_000;
const NEAR_END = 500;
/** For this long, somebody who writes fast is asked for patience. */
const SOON_S = 60;
const DRAFT = "chat-draft";
const ASKED = "chat-asked";

/**
 * `talk` is the conversation, `tab` the storage of this tab, `config` returns the settings of the chat, `anew` begins
 * another chat, `form` leads to the contact form, `files` are the files of it.
 */
export function conversation({ talk, tab, config, anew, form, files }) {
  const strip = h("p", { class: "chat-strip", role: "status", hidden: true });
  const away = h("p", { class: "chat-away" }, h("button", { type: "button", class: "chat-link", onclick: form }, text.form));
  const earlier = h("button", { type: "button", class: "chat-link chat-earlier", onclick: () => showEarlier() }, text.earlier);
  const list = h("div", { class: "chat-list" });
  const log = h("div", { class: "chat-log", role: "log", "aria-label": text.log, "aria-live": "off", tabindex: "0", onscroll: () => scrolled() }, earlier, list);
  const newest = h("button", { type: "button", class: "chat-newest", hidden: true, onclick: () => toEnd() }, text.newest);
  const typing = h("p", { class: "chat-typing", role: "status", hidden: true });
  const under = h("div", { class: "chat-under" });
  const write = writer();
  const target = h("p", { class: "file-drop", hidden: true }, text.dropHere);
  const node = h("div", { class: "chat-talk", ondragenter: dragged, ondragover: dragged, ondragleave: left, ondrop: dropped }, strip, away, log, newest, typing, under, write.node, target);

  const draw = lineList(list, { greeting: () => config()?.greeting ?? "", act: { edit, drop }, files });
  const cards = {};
  const kinds = { before: detailsBefore, after: detailsAfter, rating: ratingCard, over: overCard };
  let isAtEnd = true;
  let lastLine = null;
  let firstSeq = null;

  files.view = { node, list: write.chips, tell: write.tell, focus: () => write.area.focus() };
  if (files.draft.length) void files.load();

  // A card below, the keyboard of a phone: what was at the end stays there.
  new ResizeObserver(() => isAtEnd && toEnd()).observe(log);

  function render() {
    const lines = talk.lines;
    const last = lines.at(-1);
    const grew = last && last.clientId !== lastLine?.clientId;
    lastLine = last;
    const height = log.scrollHeight;
    const top = log.scrollTop;
    earlier.hidden = !talk.hasEarlier;
    const isEarlier = firstSeq && lines[0]?.seq < firstSeq;
    firstSeq = lines[0]?.seq;
    draw(lines, new Date());
    const problem = trouble();
    say(strip, problem);
    away.hidden = !needsForm();
    say(typing, talk.typing === null || talk.closed || problem ? "" : text.typing(talk.typing));
    showCard(lines);
    write.render();
    if (grew && last.from === "visitor") isAtEnd = true;
    if (grew && last.from === "staff" && !isAtEnd) newest.hidden = false;
    if (isAtEnd) toEnd();
    // Earlier lines came in above: what is read stays where it is.
    else if (isEarlier) log.scrollTop = top + log.scrollHeight - height;
    if (talk.loaded && (talk.connected || lines.length)) log.setAttribute("aria-live", "polite");
  }

  function trouble() {
    if (talk.problem && !talk.connected) return text.full;
    if (talk.problem) return talk.problem.code === "rate_limited" && !needsForm() ? text.tooFast : text.later;
    if (navigator.onLine === false) return text.offline;
    return !talk.connected && talk.line.tries > 2 ? text.connecting : "";
  }

  /** It takes long, or nobody knows how long. */
  function needsForm() {
    const { problem } = talk;
    return Boolean(problem) && (!talk.connected || problem.code !== "rate_limited" || problem.retryAfter > SOON_S);
  }

  function showCard(lines) {
    const { askName, askEmail, topics } = config() ?? {};
    const asksBefore = askName === "before" || askEmail === "before" || topics?.length;
    const asksAfter = (askEmail === "after" && !talk.info?.visitorEmail) || (askName === "after" && !talk.info?.visitorName);
    const answered = lines.some((line) => line.from === "staff");
    let kind = null;
    if (talk.fixed) kind = null;
    else if (talk.closed) kind = answered && !talk.rating ? "rating" : "over";
    else if (!talk.begun) kind = asksBefore ? "before" : null;
    else if (asksAfter && lines.some((line) => line.seq) && !tab.get(ASKED)) kind = "after";
    const card = kind && (cards[kind] ??= kinds[kind]());
    if (under.firstElementChild !== (card?.node ?? null)) under.replaceChildren(...(card ? [card.node] : []));
    card?.render?.();
  }

  function showEarlier() {
    isAtEnd = false;
    talk.earlier();
    log.focus({ preventScroll: true });
  }

  function scrolled() {
    isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
    if (isAtEnd) newest.hidden = true;
  }

  function toEnd() {
    isAtEnd = true;
    newest.hidden = true;
    log.scrollTop = log.scrollHeight;
  }

  function edit(clientId) {
    const { files: list } = talk.outbox.get(clientId) ?? {};
    const content = talk.takeBack(clientId);
    if (list) files.give(list);
    write.set(content);
  }

  function drop(clientId) {
    const { files: list } = talk.outbox.get(clientId) ?? {};
    talk.takeBack(clientId);
    if (list) void files.forget(list);
  }

  /** Without this, the browser would leave the page for the file. */
  function dragged(event) {
    if (!files.on || !hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    target.hidden = false;
  }

  function left(event) {
    if (!node.contains(event.relatedTarget)) target.hidden = true;
  }

  function dropped(event) {
    target.hidden = true;
    if (!files.on || !hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    void files.add([...event.dataTransfer.files]);
    write.area.focus();
  }

  function writer() {
    const area = h("textarea", {
      id: "chat-write",
      rows: "1",
      "aria-label": text.write,
      placeholder: text.write,
      autocomplete: "off",
      oninput: () => changed(),
      onpaste: (event) => {
        const list = files.on ? pastedFiles(event.clipboardData, text.pasted) : [];
        if (!list.length) return;
        event.preventDefault();
        void files.add(list);
      },
      onkeydown: (event) => {
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || onTouch()) return;
        event.preventDefault();
        send();
      },
    });
    const note = h("p", { class: "chat-note", id: "chat-note", role: "status", hidden: true });
    const button = h("button", { type: "submit", class: "chat-send", "aria-label": text.send, title: text.send }, icon(SEND));
    const chips = h("ul", { class: "chat-chips file-chips", "aria-label": text.attached, hidden: true });
    const fileNote = h("p", { class: "chat-note over", role: "status", hidden: true });
    const chooser = h("input", { type: "file", multiple: true, hidden: true, onchange: chosen });
    const clip = h("button", { type: "button", class: "chat-clip", "aria-label": text.attach, title: text.attach, hidden: true, onclick: () => chooser.click() }, icon(CLIP));
    const node = h("form", { class: "chat-write", novalidate: true, onsubmit: (event) => (event.preventDefault(), send()) }, chips, fileNote, note, clip, chooser, area, button);
    area.value = tab.get(DRAFT) ?? "";

    function chosen() {
      const list = [...chooser.files];
      // The same file can be chosen again.
      chooser.value = "";
      void files.add(list);
      // On a telephone, the keyboard would cover what was chosen.
      if (!onTouch()) area.focus();
    }

    function changed() {
      const empty = !area.value.trim();
      if (area.value) tab.set(DRAFT, area.value);
      else tab.remove(DRAFT);
      talk.typed(empty);
      measure();
    }

    function measure() {
      const left = LIMIT - [...area.value.trim()].length;
      say(note, left < 0 ? text.tooLong(-left) : left < NEAR_END ? text.left(left) : "");
      note.classList.toggle("over", left < 0);
      area.toggleAttribute("aria-invalid", false);
      if (left < 0) area.setAttribute("aria-invalid", "true");
      // As tall as what is written, up to what the style sheet allows.
      area.style.height = "auto";
      if (area.value) area.style.height = `${area.scrollHeight + 2}px`;
    }

    function send() {
      if (files.coming) return void files.coming.then(() => send());
      const content = area.value.trim();
      if (!content && !files.draft.length) return area.focus();
      if ([...content].length > LIMIT) return measure();
      if (cards.before && !cards.before.take()) return;
      const list = files.take();
      if (!list) return;
      tell("");
      talk.write(content, list);
      set("");
    }

    function set(content) {
      area.value = content;
      if (content) tab.set(DRAFT, content);
      else tab.remove(DRAFT);
      measure();
      area.focus();
    }

    const tell = (words) => say(fileNote, words);

    function render() {
      area.placeholder = talk.closed && !talk.fixed ? text.again : text.write;
      clip.hidden = !files.on;
      if (files.on) chooser.accept = config().files.types.join();
    }

    return { node, area, chips, tell, set, measure, render };
  }

  /** Fields above the first line; what is in them goes with it. */
  function detailsBefore() {
    const { askName, askEmail, topics } = config() ?? {};
    const optional = { optional: text.optional };
    const name = askName === "before" && field("input", text.name, { type: "text", autocomplete: "name", maxlength: "120" }, optional);
    const email = askEmail === "before" && field("input", text.email, { type: "email", autocomplete: "email", maxlength: "254" }, optional);
    const options = [{ value: "", label: text.topicNone }, ...(topics ?? []).map((it) => ({ value: it.slug, label: it.name }))];
    const topic = topics?.length > 0 && field("select", text.topic, {}, { ...optional, options });
    const fields = [name, email, topic].filter(Boolean);
    const card = h("div", { class: "chat-card" }, (name || email) && h("p", null, text.before), fields.map((it) => it.node));

    function take() {
      if (talk.begun || !fields.length || !card.isConnected) return true;
      const address = email && email.control.value.trim();
      const bad = address && !EMAIL.test(address);
      if (email) fault(email, bad && text.badEmail);
      if (bad) {
        email.control.focus();
        return false;
      }
      const details = {};
      if (name && name.control.value.trim()) details.name = name.control.value.trim();
      if (address) details.email = address;
      if (topic && topic.control.value) details.topic = topic.control.value;
      if (Object.keys(details).length) talk.introduce(details);
      return true;
    }

    return { node: card, take };
  }

  function detailsAfter() {
    const { askName, askEmail } = config() ?? {};
    const name = askName === "after" && field("input", text.name, { type: "text", autocomplete: "name", maxlength: "120" });
    const email = askEmail === "after" && field("input", text.email, { type: "email", autocomplete: "email", maxlength: "254" });
    const first = email || name;
    const form = h(
      "form",
      { class: "chat-card", novalidate: true, onsubmit: save },
      h("p", null, text.after),
      name && name.node,
      email && email.node,
      h("p", { class: "chat-do" }, h("button", { type: "submit", class: "chat-button" }, text.save), h("button", { type: "button", class: "chat-link", onclick: done }, text.notNow)),
    );

    function save(event) {
      event.preventDefault();
      const address = email && email.control.value.trim();
      const called = name && name.control.value.trim();
      const wrong = !address && !called ? text.oneOfThem : address && !EMAIL.test(address) ? text.badEmail : "";
      fault(first, wrong);
      if (wrong) return first.control.focus();
      talk.introduce({ ...(called && { name: called }), ...(address && { email: address }) });
      done();
    }

    function done() {
      tab.set(ASKED, true);
      render();
      write.area.focus();
    }

    return { node: form };
  }

  function ratingCard() {
    const feedback = field("textarea", text.feedback, { rows: "2", maxlength: "2000" }, { optional: text.optional });
    const more = h("div", { class: "chat-more", hidden: true }, feedback.node, h("p", { class: "chat-do" }, h("button", { type: "submit", class: "chat-button" }, text.rateSend)));
    const choices = text.rates.map((label, i) =>
      h(
        "label",
        null,
        h("input", { type: "radio", name: "chat-rating", value: i + 1, class: "off-screen", "aria-label": label, onchange: () => (more.hidden = false) }),
        h("span", { "aria-hidden": "true" }, String(i + 1)),
      ),
    );
    const form = h("form", { class: "chat-card", onsubmit: send }, h("fieldset", { class: "chat-rates" }, h("legend", null, text.rate), choices), more, h("p", { class: "chat-do" }, h("button", { type: "button", class: "chat-link", onclick: anew }, text.anew)));

    function send(event) {
      event.preventDefault();
      const rating = Number(new FormData(form).get("chat-rating"));
      if (!rating) return;
      talk.rate(rating, feedback.control.value.trim());
      form.reset();
      more.hidden = true;
      render();
      cards.over?.focus();
    }

    return { node: form };
  }

  function overCard() {
    const thanks = h("p", { role: "status" });
    const button = h("button", { type: "button", class: "chat-button", onclick: anew }, text.anew);
    const node = h("div", { class: "chat-card" }, thanks, h("p", { class: "chat-do" }, button));
    return { node, render: () => say(thanks, talk.rating ? text.rated : ""), focus: () => button.focus() };
  }

  return {
    node,
    render,
    toEnd,
    focus: () => write.area.focus(),
    measure: write.measure,
    /** The chat begins anew: what belongs to the old one is forgotten. */
    reset() {
      tab.remove(ASKED);
      for (const kind of Object.keys(cards)) delete cards[kind];
    },
  };
}

const onTouch = () => matchMedia("(pointer: coarse) and (hover: none)").matches;
