/** The chat in the frame of another website, which opens it and is told how it stands. */
import { mount } from "./chat/chat.js";
import { place } from "./chat/page-env.js";

const MARK = "tekvwarho-chat";
const root = document.getElementById("chat");
/** The policy of this page lets only the websites of the settings frame it; the first of them to speak is it. */
let website = null;
let chat = null;
let last = { shown: false, unread: 0, has: false };

const tell = () => website && parent.postMessage({ [MARK]: "state", ...last }, website);

addEventListener("message", ({ source, origin, data }) => {
  if (source !== parent || parent === window || (website && origin !== website)) return;
  const what = data?.[MARK];
  if (!["hello", "open", "close"].includes(what)) return;
  website = origin;
  if (typeof data.url === "string") place.url = data.url;
  if (typeof data.referrer === "string") place.referrer = data.referrer;
  chat ??= mount(root, {
    told(now) {
      if (Object.keys(now).every((name) => now[name] === last[name])) return;
      last = now;
      tell();
    },
  });
  if (what === "hello") tell();
  else chat[what]();
});
// To whoever is there: it says nothing but that one can speak now.
if (parent !== window) parent.postMessage({ [MARK]: "here" }, "*");
