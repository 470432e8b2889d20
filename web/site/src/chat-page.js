/** The page of a mailed link: the whole conversation, at any age. */
import { conversation } from "./chat/conversation.js";
import { Files } from "./chat/files.js";
import { about, env, loadConfig, tab, wakeUp } from "./chat/page-env.js";
import { Store } from "./store.js";
import { Talk } from "./chat/talk.js";

const place = document.getElementById("chat-page");
const { session } = place.dataset;
const codeForm = document.getElementById("code-form");
const problem = document.getElementById("chat-problem");
const PREFIX = `chat-${session} `;
const TOKEN = `${PREFIX}code`;

let current = null;

openFromFragment();

/** The code is in the fragment, which appears in no server log or referrer; it leaves the address at once. */
function openFromFragment() {
  const code = location.hash.slice(1);
  const isLink = code && !document.getElementById(code);
  if (isLink) {
    history.replaceState(null, "", location.pathname);
    tab.set(TOKEN, decoded(code));
  }
  codeForm.addEventListener("submit", (event) => {
    event.preventDefault();
    const typed = codeForm.elements.token.value.trim();
    if (!typed) return codeForm.elements.token.focus();
    tab.set(TOKEN, typed);
    open(typed);
  });
  const token = tab.get(TOKEN);
  if (token) open(token);
  else codeForm.hidden = false;
}

/** A link that was cut in the middle of `%20` contains a wrong code, which the page reports. */
function decoded(code) {
  try {
    return decodeURIComponent(code);
  } catch {
    return code;
  }
}

async function open(token) {
  codeForm.hidden = true;
  problem.hidden = true;
  // What is written here and not sent yet ends with the tab, as the code does.
  const store = new Store(() => sessionStorage, PREFIX);
  let config = null;
  const files = new Files({ tab: store, kept: null, talk: () => talk, config: () => config });
  const talk = new Talk(env, store, { files, fixed: { sessionId: session, token }, about, changed: () => render() });
  current = talk;
  const view = conversation({ talk, tab: store, config: () => config, anew() {}, form: () => location.assign("/contact"), files });
  place.replaceChildren(view.node);
  wakeUp(talk);
  talk.start();
  try {
    config = await loadConfig();
  } catch {
    // without a greeting
  }
  render();

  function render() {
    if (current !== talk || !view) return;
    if (talk.problem?.code === "session_unknown") return refuse();
    if (document.visibilityState !== "hidden") talk.see();
    view.render();
  }
}

/** It has given up by itself. */
function refuse() {
  current = null;
  tab.remove(TOKEN);
  place.replaceChildren();
  codeForm.hidden = false;
  problem.hidden = false;
  codeForm.elements.token.focus();
}
