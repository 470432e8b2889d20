/** The chat of the site: a panel above the page, opened by the launcher. */
import { awayForm } from "./away.js";
import { conversation } from "./conversation.js";
import { DOWN, h, icon, say } from "./dom.js";
import { Files } from "./files.js";
import { menu } from "./menu.js";
import { about, env, loadConfig, local, tab, wakeUp } from "./page-env.js";
import { signals } from "./signals.js";
import { text } from "./strings.js";
import { BEFORE, KEY, Talk } from "./talk.js";
import { expectation } from "./times.js";

const SHOWN = "chat-shown";
/** How often an open chat looks whether somebody is there, and how soon again when it matters. */
const FRESH_MS = 60_000;
const HURRY_MS = 5_000;
/** How long somebody waits for that. */
const PATIENCE_MS = 1_500;

/** `root` is the element of the launcher; `told` hears how the chat stands whenever that may have changed. */
export function mount(root, { told } = {}) {
  const { firm, connect } = root.dataset;
  const launcher = root.querySelector("button");
  const badge = launcher.querySelector("[data-badge]");
  const narrow = matchMedia("(max-width: 30rem), (max-height: 30rem)");
  let config = null;
  let configAt = -Infinity;
  let isShown = false;
  let isWriting = false;
  let isDue = false;
  let waited = false;

  // A conversation of another day is of no use here any more.
  if (local.get(KEY) && !Talk.isOpen(local, env.now())) local.remove(KEY);
  // Who only looks at the page is not described to the server.
  const isUsed = () => isShown || hasOpen();
  let isDescribed = false;
  const files = new Files({ tab, kept: "chat-files", talk: () => talk, config: () => config });
  const talk = new Talk(env, local, {
    files,
    about: () => ((isDescribed = isUsed()) ? about() : {}),
    changed: () => later(),
    arrived: (line) => signal.arrived(line, { sounds: config?.sound && !(isShown && document.hasFocus()), open: () => open() }),
    told: ({ type, code, email }) => tools.tell(type === "copied" ? text.copied(email) : code === "rate_limited" ? text.copyLater : text.copyFailed),
  });
  if (!talk.before.length) local.remove(BEFORE);
  const signal = signals(local);
  const tools = menu({ talk, signal, config: () => config, anew, done: () => view.focus() });
  const name = h("h2");
  const status = h("p", { class: "chat-status" });
  const face = h("span", { class: "chat-face", "aria-hidden": "true" });
  const head = h(
    "header",
    { class: "chat-head" },
    face,
    h("div", { class: "chat-names" }, name, status),
    tools.button,
    h("button", { type: "button", class: "chat-tool", "aria-label": text.close, title: text.close, onclick: () => close() }, icon(DOWN)),
    tools.list,
  );
  const panel = h("section", { class: "chat-panel", id: "chat-panel", role: "dialog", "aria-label": text.title(firm), hidden: true, onkeydown: onKey }, head, tools.note, tools.copy);
  let view;
  let form;
  root.append(panel);
  launcher.setAttribute("aria-controls", "chat-panel");

  addEventListener("storage", (event) => event.storageArea === localStorage && talk.stored(event.key));
  wakeUp(talk);
  for (const moment of ["focus", "visibilitychange"]) (moment === "focus" ? window : document).addEventListener(moment, () => later());
  setInterval(() => isShown && !document.hidden && void refresh(), FRESH_MS);
  narrow.addEventListener("change", cover);
  visualViewport?.addEventListener("resize", fit);
  visualViewport?.addEventListener("scroll", fit);
  document.addEventListener("pointerdown", (event) => tools.isOpen() && !head.contains(event.target) && tools.close());

  if (connect === "load" || hasOpen()) talk.start();
  // Where the chat was open, it is open on the next page too; on a phone it would hide that page.
  if (tab.get(SHOWN) && !narrow.matches) void open({ quietly: true });
  else if (talk.line.wanted) void refresh();
  told?.(standing());
  return { open: () => void open(), close, toggle: () => (isShown ? close() : open()) };

  function standing() {
    return { shown: isShown, unread: talk.unread, has: hasOpen() };
  }

  async function refresh(age = 0) {
    if (env.now() - configAt < age) return;
    configAt = env.now();
    try {
      config = await loadConfig();
    } catch {
      configAt = -Infinity;
    }
    later();
  }

  /** A path that swallows requests must not keep anybody waiting. */
  function refreshSoon() {
    return Promise.race([refresh(), new Promise((done) => setTimeout(done, PATIENCE_MS))]);
  }

  function focus() {
    (isAway() ? form : view).focus();
  }

  async function open({ quietly = false } = {}) {
    if (isShown) return;
    isShown = true;
    tab.set(SHOWN, true);
    await refreshSoon();
    if (!isShown) return;
    if (!view) build();
    // A form in which nothing was typed need not stay.
    if (!form.touched()) isWriting = false;
    if (talk.connected && !isDescribed) talk.line.restart();
    else if (!isAway()) talk.start();
    panel.hidden = false;
    root.classList.add("chat-on");
    launcher.setAttribute("aria-expanded", "true");
    cover();
    fit();
    render();
    view.recall();
    view.toEnd();
    if (!quietly) focus();
  }

  function close() {
    if (!isShown) return;
    isShown = false;
    tab.remove(SHOWN);
    tools.close();
    panel.hidden = true;
    root.classList.remove("chat-on");
    launcher.setAttribute("aria-expanded", "false");
    cover();
    render();
    launcher.focus();
  }

  function build() {
    view = conversation({ talk, tab, config: () => config, anew, form: writeInstead, files });
    form = awayForm({ tab, config: () => config, talk, chat: chatInstead });
  }

  /** The chat cannot be had: a message can. */
  function writeInstead() {
    view.takeBack();
    if (!talk.lines.some((line) => line.seq)) talk.anew();
    isWriting = true;
    render();
    form.focus();
  }

  function chatInstead() {
    isWriting = false;
    talk.start();
    render();
    view.recall();
    view.focus();
  }

  function isNobodyThere() {
    return Boolean(config && (!config.available || config.enabled === false));
  }

  /** Nobody replies now, and nothing has begun: then it is a form, and stays one until the person wants it otherwise. */
  function isAway() {
    return (isWriting ||= isShown && isNobodyThere() && !talk.begun && !hasOpen());
  }

  function hasOpen() {
    return Talk.isOpen(local, env.now()) || Boolean(talk.outbox.next);
  }

  async function anew(earlier) {
    await refreshSoon();
    talk.anew(earlier);
    view.reset();
    render();
    focus();
  }

  /** Many changes at once are drawn once. */
  function later() {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      render();
    });
  }

  function render() {
    const looks = isShown && document.visibilityState !== "hidden" && !isAway();
    if (looks && document.hasFocus()) talk.see();
    const unread = talk.unread;
    signal.count(isShown && !document.hidden ? 0 : unread);
    say(badge, unread ? String(Math.min(unread, 99)) : "");
    if (unread) launcher.setAttribute("aria-label", text.openUnread(unread));
    else launcher.removeAttribute("aria-label");
    told?.(standing());
    // The hours of the firm, on the page behind it, would contradict.
    document.documentElement.classList.toggle("chat-nobody", isShown && isNobodyThere());
    if (!isShown || !view) return;
    const waits = talk.info?.status === "waiting";
    // Whether somebody is there matters most now.
    if (talk.problem?.code === "unavailable" || (waits && !waited)) void refresh(HURRY_MS);
    waited = waits;
    const { staffName } = talk.info ?? {};
    const isWith = staffName && talk.info.status === "active";
    say(name, isWith ? staffName : firm);
    say(face, initials(isWith ? staffName : firm));
    say(status, isWith ? firm : talk.closed ? text.over : expectation(config, new Date()));
    const away = isAway();
    const [shown, other] = away ? [form, view] : [view, form];
    if (!shown.node.isConnected) {
      other.node.remove();
      panel.append(shown.node);
      if (away) form.recall();
    }
    tools.button.hidden = away;
    if (away) form.render(!isNobodyThere() && !talk.problem);
    else view.render();
  }

  function onKey(event) {
    if (event.key !== "Escape" || event.isComposing) return;
    event.stopPropagation();
    if (tools.isOpen()) tools.close(true);
    else close();
  }

  /** On a small screen the panel covers the page, which then must not be reached behind it. */
  function cover() {
    const covers = isShown && narrow.matches;
    document.documentElement.classList.toggle("chat-covers", covers);
    for (const other of document.body.children) if (other !== root && other.tagName !== "SCRIPT") other.inert = covers;
    fit();
  }

  /** A keyboard on the screen covers the lower half: the panel keeps to what is visible. */
  function fit() {
    const { height, offsetTop } = visualViewport ?? {};
    const fits = isShown && narrow.matches && height;
    panel.style.height = fits ? `${height}px` : "";
    panel.style.top = fits ? `${offsetTop}px` : "";
  }
}

const initials = (name) =>
  name
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 2)
    .map((word) => [...word][0])
    .join("")
    .toUpperCase();
