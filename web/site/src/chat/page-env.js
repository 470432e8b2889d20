/** What the conversation needs of a browser. */
import { env as ofFiles } from "../files/env.js";
import { Store } from "../store.js";

const watched = () => document.visibilityState !== "hidden";

export const env = {
  connect: () => new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws/chat`),
  ...ofFiles,
  random: () => Math.random(),
  watched,
};

/** Outlives the tab. */
export const local = new Store(() => localStorage);
/** Ends with the tab. */
export const tab = new Store(() => sessionStorage);

/** In a frame, what the website around it says of its page. */
export const place = { url: null, referrer: null };

/** Where the visitor is, for those who reply. */
export function about() {
  const page = { url: place.url ?? location.href.split("#")[0] };
  const referrer = place.referrer ?? document.referrer;
  if (referrer) page.referrer = referrer;
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { ...page, ...(timeZone && { timezone: timeZone }) };
}

/** Connects at once when somebody looks again, or when the network is back. */
export function wakeUp(talk) {
  document.addEventListener("visibilitychange", () => watched() && talk.line.wake());
  addEventListener("focus", () => talk.line.wake());
  addEventListener("pageshow", ({ persisted }) => {
    // Other pages of this tab may have gone on with the conversation meanwhile.
    if (persisted) talk.stored(null);
    if (persisted) talk.line.moved();
    else talk.line.wake();
  });
  addEventListener("online", () => talk.line.moved());
  addEventListener("offline", () => talk.changed());
  // Browsers keep a page that was left for the way back, its socket too: its visitor would seem to be here.
  addEventListener("pagehide", () => {
    talk.typed(true);
    talk.line.rest();
  });
}

export async function loadConfig() {
  const answer = await fetch("/api/chat/config", { signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(String(answer.status));
  return (await answer.json()).data;
}
