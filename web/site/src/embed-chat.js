/**
 * The chat of a firm on another website: `<script async src="https://firm.example/embed/chat.js"></script>`.
 *
 * The button lives in a shadow tree, so the styles of the page do not reach it. The conversation lives in a frame of the
 * firm's own origin, so scripts of the page cannot read it. Neither needs anything inline: a strict policy of the page
 * allows it with the firm's origin in script-src, connect-src and frame-src. The page can call `tekvwarhoChat.open()`.
 */
(() => {
  const MARK = "tekvwarho-chat";
  const script = document.currentScript;
  if (!script || window.tekvwarhoChat) return;
  const home = new URL(script.src).origin;
  const words = { open: "Chat", unread: (count) => `Chat, ${count} unread`, title: (firm) => `Chat with ${firm}` };

  // In pixels: a rem is what the page has made of it.
  const css = `
    :host { all: initial; --hue: 172; color-scheme: light dark; }
    button {
      position: fixed; z-index: 2147483000;
      right: max(16px, env(safe-area-inset-right)); bottom: max(16px, env(safe-area-inset-bottom));
      display: flex; align-items: center; gap: 8px; min-height: 52px; padding: 8px 20px 8px 16px;
      border: 1px solid light-dark(oklch(.99 .006 var(--hue)), oklch(.19 .03 var(--hue))); border-radius: 999px;
      background: light-dark(oklch(.44 .105 var(--hue)), oklch(.82 .13 var(--hue)));
      color: light-dark(oklch(.99 .006 var(--hue)), oklch(.19 .03 var(--hue)));
      box-shadow: 0 6px 24px rgb(0 0 0 / .22); font: 600 16px/1.2 system-ui, sans-serif; cursor: pointer;
    }
    button:hover { background: light-dark(oklch(.37 .09 var(--hue)), oklch(.88 .11 var(--hue))); }
    button:focus-visible { outline: 3px solid light-dark(oklch(.44 .105 var(--hue)), oklch(.82 .13 var(--hue))); outline-offset: 3px; }
    svg { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
    b {
      min-width: 1.5em; padding: .1em .4em; border-radius: 999px; background: currentColor; font-size: 13px; text-align: center;
    }
    b span { color: light-dark(oklch(.44 .105 var(--hue)), oklch(.82 .13 var(--hue))); }
    iframe {
      position: fixed; z-index: 2147483000;
      right: max(16px, env(safe-area-inset-right)); bottom: max(16px, env(safe-area-inset-bottom));
      width: 400px; max-width: calc(100vw - 32px); height: min(672px, 100dvh - 32px);
      border: 1px solid rgb(128 128 128 / .35); border-radius: 16px; box-shadow: 0 12px 48px rgb(0 0 0 / .28);
    }
    [hidden] { display: none; }
    @media (max-width: 480px), (max-height: 480px) {
      iframe { inset: 0; width: 100vw; max-width: none; height: 100dvh; border: 0; border-radius: 0; }
    }
    @media print { :host { display: none; } }
  `;

  /** What this website remembers: that there is a conversation, and that the frame was open. */
  const kept = (area, name, value) => {
    try {
      if (value === undefined) return area().getItem(`${MARK}-${name}`);
      if (value) area().setItem(`${MARK}-${name}`, "1");
      else area().removeItem(`${MARK}-${name}`);
    } catch {
      // Storage is blocked: the chat opens on a click.
    }
    return null;
  };
  const local = () => localStorage;
  const tab = () => sessionStorage;

  let shadow;
  let button;
  let badge;
  let frame = null;
  let ready = false;
  let wanted = false;

  const about = () => ({ url: location.href.split("#")[0], title: document.title, referrer: document.referrer });
  const say = (what) => frame?.contentWindow?.postMessage({ [MARK]: what, ...about() }, home);

  function load() {
    if (frame) return;
    frame = document.createElement("iframe");
    frame.src = `${home}/embed/chat`;
    frame.hidden = true;
    frame.allow = "autoplay";
    frame.title = button.dataset.title;
    shadow.append(frame);
  }

  function open() {
    wanted = true;
    if (!button) return;
    load();
    if (!ready) return;
    // Before the frame moves the focus: nothing in a hidden frame can have it.
    frame.hidden = false;
    button.hidden = true;
    frame.focus();
    say("open");
  }

  function hear({ source, origin, data }) {
    if (!frame || source !== frame.contentWindow || origin !== home) return;
    // Until then, nobody listens there.
    if (data?.[MARK] === "here") return say("hello");
    if (data?.[MARK] !== "state") return;
    const { shown, unread, has } = data;
    if (!ready) {
      ready = true;
      if (wanted) return open();
    }
    const was = !frame.hidden;
    frame.hidden = !shown;
    button.hidden = shown;
    badge.hidden = !unread;
    badge.firstChild.textContent = unread;
    if (unread) button.setAttribute("aria-label", words.unread(unread));
    else button.removeAttribute("aria-label");
    kept(local, "has", has);
    kept(tab, "shown", shown);
    if (was && !shown) {
      wanted = false;
      button.focus();
    }
  }

  function draw({ firm, hue, connect }) {
    const host = document.createElement("aside");
    host.id = MARK;
    host.setAttribute("aria-label", words.open);
    shadow = host.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    shadow.adoptedStyleSheets = [sheet];
    host.style.setProperty("--hue", hue);
    button = document.createElement("button");
    button.type = "button";
    button.dataset.title = words.title(firm);
    const drawing = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    for (const [name, value] of [["viewBox", "0 0 24 24"], ["width", 24], ["height", 24], ["aria-hidden", true]]) drawing.setAttribute(name, value);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", "M4 5h16v11H9.5L5 20v-4H4z");
    drawing.append(path);
    badge = document.createElement("b");
    badge.hidden = true;
    badge.append(document.createElement("span"));
    button.append(drawing, words.open, badge);
    button.addEventListener("click", open);
    for (const sign of ["pointerenter", "focus"]) button.addEventListener(sign, load, { once: true });
    shadow.append(button);
    document.body.append(host);
    addEventListener("message", hear);
    // On a phone the frame would hide the page that somebody has just gone to.
    const wide = !matchMedia("(max-width: 480px), (max-height: 480px)").matches;
    if (wanted || (kept(tab, "shown") && wide)) open();
    else if (kept(local, "has")) load();
    else if (connect === "load") (window.requestIdleCallback ?? setTimeout)(load);
  }

  const close = () => say("close");
  window.tekvwarhoChat = Object.freeze({ open, close });

  const start = () =>
    fetch(`${home}/embed/chat.json`, { credentials: "omit" })
      .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
      .then(({ data }) => (data.enabled ? draw(data) : console.info(`The chat of ${home} is switched off.`)))
      // The browser does not tell which: a website that is not listed learns nothing.
      .catch(() => console.warn(`The chat of ${home} cannot be shown here: its settings do not list ${location.origin}, or it cannot be reached.`));
  if (document.body) start();
  else addEventListener("DOMContentLoaded", start);
})();
