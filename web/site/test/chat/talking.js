/** A visitor's conversation in a world of its own, for the tests that play it a step at a time. */
import { KEY, Talk } from "../../src/chat/talk.js";
import { pageIn, world } from "./world.js";

let here;

/** A new world; returns its parts. */
export function begin() {
  const all = world(1);
  here = { all, ...all, page: { watched: true }, arrived: [], told: [] };
  return here;
}

/** A page of the visitor, and its conversation. */
export function tab(options = {}) {
  const { all, browser, clock, page, arrived, told } = here;
  const tab = { clock };
  browser.tabs.add(tab);
  const hear = { arrived: (line) => arrived.push(line.content), told: (what) => told.push(what) };
  tab.talk = new Talk(pageIn(all, page), browser.storeOf(tab), { ...hear, ...options });
  tab.talk.start();
  clock.pass(100);
  return tab.talk;
}

export function leave(talk) {
  talk.stop();
  for (const tab of here.browser.tabs) if (tab.talk === talk) here.browser.tabs.delete(tab);
}

/** The next page of the visitor, after a conversation in which staff said much. */
export function afterMany(replies) {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  for (let i = 0; i < replies; i++) here.server.say(only(), `s${i}`);
  pass(1);
  leave(talk);
  const next = tab();
  pass(1);
  return next;
}

export const pass = (seconds) => here.clock.pass(seconds * 1000);
export const heard = (type) => here.server.heard.filter((frame) => frame.type === type);
export const shown = (talk) => talk.lines.map(({ content, state }) => (state ? `${content}: ${state}` : content));
export const only = () => [...here.server.sessions.values()].find((session) => session.rows.length);
export const stored = () => here.browser.storeOf(null).get(KEY);
