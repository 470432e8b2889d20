/** The lines of a conversation as elements. Each keeps its element: what is shown once is not read out again. */
import { h, say } from "./dom.js";
import { worthSaying } from "./events.js";
import { parts } from "./links.js";
import { text } from "./strings.js";
import { clock, dayName, exact, sameDay } from "./times.js";

const ONE_GROUP_MS = 5 * 60_000;

/** `after` says what stands below a message of the visitor. `act` has what the buttons of a line that was refused do: `edit` and `drop`. `files` draws those of a line. */
export function lineList(log, { greeting, after, act, files }) {
  const made = new Map();
  const firm = () => h("p", { class: "chat-line chat-theirs" });
  const hello = firm();

  return (lines, now) => {
    link(hello, greeting());
    const nodes = [hello];
    let before = null;
    const lastOfOurs = lines.findLast((line) => line.from === "visitor");
    for (const line of worthSaying(lines)) {
      const at = new Date(line.createdAt);
      // All of today needs no heading.
      if (before ? !sameDay(before.at, at) : !sameDay(at, now)) nodes.push(dayOf(at, now));
      const shown = element(line);
      if (!shown) continue;
      const isNew = !before || before.from !== line.from || before.staffName !== line.staffName || at - before.at > ONE_GROUP_MS;
      shown.update(line, { isNew, isLast: line === lastOfOurs });
      nodes.push(shown.node);
      before = { ...line, at };
      const words = after(line.clientId);
      if (!words) continue;
      if (!made.has(words)) made.set(words, { node: firm() });
      link(made.get(words).node, words);
      nodes.push(made.get(words).node);
    }
    arrange(log, nodes);
    for (const { node, rest } of made.values()) if (!node.isConnected) rest?.();
  };

  function dayOf(at, now) {
    const key = `day ${at.toDateString()}`;
    if (!made.has(key)) made.set(key, { node: h("h3", { class: "chat-day" }) });
    const { node } = made.get(key);
    say(node, dayName(at, now));
    return node;
  }

  function element(line) {
    if (line.from === "system" && !text.event[line.event]) return null;
    const key = `${line.from} ${line.clientId ?? line.seq}`;
    if (!made.has(key)) made.set(key, line.from === "system" ? event(line) : spoken(line, { act, files }));
    return made.get(key);
  }
}

/** Puts the elements in this order, and moves none that is in its place. */
function arrange(log, nodes) {
  const wanted = new Set(nodes);
  for (const node of [...log.children]) if (!wanted.has(node)) node.remove();
  nodes.forEach((node, i) => {
    if (log.children[i] !== node) log.insertBefore(node, log.children[i] ?? null);
  });
}

function event(line) {
  const node = h("p", { class: "chat-event" }, text.event[line.event](line.staffName ?? text.somebody));
  return { node, update() {} };
}

function spoken(line, { act, files }) {
  const ours = line.from === "visitor";
  const time = h("time");
  const who = h("p", { class: "chat-who" }, h("span", { class: ours && "off-screen" }, ours ? text.you : (line.staffName ?? "")), " ", time);
  const words = h("p", { class: "chat-text" });
  const box = h("ul", { class: "chat-files files", hidden: true });
  const state = h("span");
  // Read out once, and not with every percent.
  const part = h("span", { "aria-hidden": "true" });
  const mark = h("p", { class: "chat-mark" }, state, part);
  const tools = h("p", { class: "chat-tools", hidden: true });
  const node = h("div", { class: `chat-line ${ours ? "chat-ours" : "chat-theirs"}` }, who, words, box, mark, tools);
  let shown = null;
  let rows = [];

  function update(line, { isNew, isLast }) {
    const at = new Date(line.createdAt);
    if (time.dateTime !== line.createdAt) {
      time.dateTime = line.createdAt;
      time.title = exact(at);
      say(time, clock(at));
    }
    who.classList.toggle("off-screen", !isNew);
    node.classList.toggle("chat-first", isNew);
    const content = line.redacted ? text.removed : line.content;
    if (shown !== content) {
      shown = content;
      words.replaceChildren(...(line.redacted ? [content] : written(content)));
      words.classList.toggle("chat-removed", Boolean(line.redacted));
      words.hidden = !content;
    }
    updateFiles(line.files ?? []);
    const isFailed = line.state === "failed";
    say(state, isFailed ? (line.failed === "blocked" ? text.blocked : [text.failed, line.words].filter(Boolean).join(" ")) : line.state === "sending" || isLast ? text.state[line.state] : "");
    say(part, line.state === "sending" && line.files ? files.part(line.files) : "");
    mark.hidden = state.hidden;
    node.dataset.state = line.state ?? "";
    tools.hidden = !isFailed;
    if (isFailed && !tools.firstChild)
      tools.append(
        h("button", { type: "button", onclick: () => act.edit(line.clientId) }, text.edit),
        h("button", { type: "button", onclick: () => act.drop(line.clientId) }, text.drop),
      );
  }

  /** A row stays while its file gets its name at the server: a picture that is shown stays shown. */
  function updateFiles(list) {
    if (rows.length !== list.length) {
      rest();
      rows = list.map((file) => files.row(file));
      box.replaceChildren(...rows.map((row) => row.node));
      box.hidden = !rows.length;
    }
    rows.forEach((row, i) => row.update(list[i]));
  }

  function rest() {
    for (const row of rows) row.rest();
  }

  return { node, update, rest };
}

/** Changes only what differs, as `say` does. */
export function link(element, words) {
  if (element.textContent !== words) element.replaceChildren(...written(words));
  element.hidden = !words;
}

const written = (content) =>
  parts(content).map(({ text, href }) => (href ? h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, text) : text));
