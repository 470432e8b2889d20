/** The conversation as it is shown, in the panel and on the page of a mailed link. */
import { hasFiles, pastedFiles } from "../files/words.js";
import { cards } from "./cards.js";
import { CLIP, SEND, h, icon, say } from "./dom.js";
import { Draft } from "./draft.js";
import { lineList } from "./lines.js";
import { env } from "./page-env.js";
import { text } from "./strings.js";
import { moment } from "./times.js";
import { Waiting } from "./waiting.js";

const LIMIT = 4_000;
const NEAR_END = 500;
/** For this long, somebody who writes fast is asked for patience. */
const SOON_S = 60;

/**
 * `talk` is the conversation, `tab` the storage of this tab, `config` returns the settings of the chat, `anew` goes on
 * with an earlier conversation or a new one, `form` leads to the contact form, `files` are the files of it.
 */
export function conversation({ talk, tab, config, anew, form, files }) {
  const strip = h("p", { class: "chat-strip", role: "status", hidden: true });
  const away = h("p", { class: "chat-away" }, h("button", { type: "button", class: "chat-link", onclick: form }, text.form));
  const earlier = h("button", { type: "button", class: "chat-link chat-earlier", onclick: () => showEarlier() }, text.earlier);
  const past = h("p", { class: "chat-event" });
  const list = h("div", { class: "chat-list" });
  const log = h("div", { class: "chat-log", role: "log", "aria-label": text.log, "aria-live": "off", tabindex: "0", onscroll: () => scrolled() }, past, earlier, list);
  const newest = h("button", { type: "button", class: "chat-newest", hidden: true, onclick: () => toEnd() }, text.newest);
  const typing = h("p", { class: "chat-typing", role: "status", hidden: true });
  const draft = new Draft(tab);
  const waits = new Waiting({ env, talk, config, changed: render });
  const write = writer();
  const under = cards({ talk, tab, config, anew, waits, done: () => (render(), write.area.focus()) });
  const target = h("p", { class: "file-drop", hidden: true }, text.dropHere);
  const node = h("div", { class: "chat-talk", ondragenter: dragged, ondragover: dragged, ondragleave: left, ondrop: dropped }, strip, away, log, newest, typing, under.node, write.node, target);

  const draw = lineList(list, { greeting: () => config()?.greeting ?? "", after: (id) => waits.after(id), act: { edit, drop }, files });
  let isAtEnd = true;
  let lastLine = null;
  let firstSeq = null;

  files.view = { node, list: write.chips, tell: write.tell, focus: () => write.area.focus() };
  if (files.draft.length) void files.load();

  // The way back to a page brings what was typed when it was left.
  addEventListener("pageshow", ({ persisted }) => persisted && write.recall());
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
    showPast();
    waits.look(lines);
    draw(lines, new Date());
    const isOff = isSwitchedOff(lines);
    const problem = isOff ? text.off : trouble();
    say(strip, problem);
    away.hidden = !isOff && !needsForm();
    say(typing, talk.typing === null || talk.closed || problem ? "" : text.typing(talk.typing));
    under.show(lines);
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

  /** What the server has of it goes on, but nothing begins. */
  function isSwitchedOff(lines) {
    return config()?.enabled === false && !lines.some((line) => line.seq);
  }

  /** It takes long, or nobody knows how long. */
  function needsForm() {
    const { problem } = talk;
    return Boolean(problem) && (!talk.connected || problem.code !== "rate_limited" || problem.retryAfter > SOON_S);
  }

  function showPast() {
    const { before } = talk;
    past.hidden = talk.hasEarlier || !before.length;
    if (past.children.length === before.length && past.dataset.of === before[0]?.sessionId) return;
    past.dataset.of = before[0]?.sessionId;
    past.replaceChildren(...before.map((it) => h("button", { type: "button", class: "chat-link", onclick: () => anew(it) }, text.past(moment(new Date(it.at), new Date())))));
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
    area.value = draft.text;

    function chosen() {
      const list = [...chooser.files];
      // The same file can be chosen again.
      chooser.value = "";
      void files.add(list);
      // On a telephone, the keyboard would cover what was chosen.
      if (!onTouch()) area.focus();
    }

    function changed() {
      draft.text = area.value;
      talk.typed(!area.value.trim());
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
      if (!under.take()) return;
      const list = files.take();
      if (!list) return;
      tell("");
      talk.write(content, list);
      set("");
    }

    function set(content) {
      draft.text = content;
      recall();
      area.focus();
    }

    function recall() {
      area.value = draft.text;
      measure();
    }

    const tell = (words) => say(fileNote, words);

    function render() {
      area.placeholder = talk.closed && !talk.fixed ? text.again : text.write;
      clip.hidden = !files.on;
      if (files.on) chooser.accept = config().files.types.join();
    }

    return { node, area, chips, tell, set, recall, render };
  }

  return {
    node,
    render,
    toEnd,
    focus: () => write.area.focus(),
    /** It is shown again: what was typed elsewhere is here too. */
    recall: write.recall,
    /** What could not be sent, without what has files, is typed again, and can go another way. */
    takeBack() {
      const lines = talk.outbox.all.filter((line) => !line.files);
      draft.text = [...lines.map((line) => talk.takeBack(line.clientId)), draft.text].filter(Boolean).join("\n\n");
    },
    reset: under.reset,
  };
}

const onTouch = () => matchMedia("(pointer: coarse) and (hover: none)").matches;
