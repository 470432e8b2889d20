// Lines with files, against a server that keeps its word.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Talk } from "../../src/chat/talk.js";
import { filesOf, pageIn, settle, world } from "./world.js";

let all, clock, server, network, browser, page;
beforeEach(() => {
  all = world(1);
  ({ clock, server, network, browser } = all);
  page = { watched: true };
});

const pass = (seconds) => clock.pass(seconds * 1000);
const heard = (type) => server.heard.filter((frame) => frame.type === type);
const shown = (talk) => talk.lines.map(({ content, state }) => (state ? `${content}: ${state}` : content));
const only = () => [...server.sessions.values()].find((session) => session.rows.length);
const leave = (talk) => {
  talk.stop();
  for (const tab of browser.tabs) if (tab.talk === talk) browser.tabs.delete(tab);
};

/** A tab with files, and what passes time in it, promises too. */
function tabWithFiles() {
  const tab = { clock };
  browser.tabs.add(tab);
  const env = pageIn(all, page);
  tab.files = filesOf(all, tab, env);
  tab.talk = new Talk(env, browser.storeOf(tab), { files: tab.files });
  tab.talk.start();
  clock.pass(100);
  return tab;
}
async function passAll(seconds) {
  for (let i = 0; i < seconds * 4; i++) {
    clock.pass(250);
    await settle();
  }
}
const pdf = (name = "a.pdf") => new File(["bytes"], name, { type: "application/pdf" });
const rowsOf = () => only().rows.map(({ content, files = [] }) => [content, ...files.map((file) => file.name)].join(" "));

test("a line with a file goes when the file is there, and nothing overtakes it", async () => {
  const { talk, files } = tabWithFiles();
  await files.add([pdf()]);
  talk.write("", files.take());
  talk.write("After it");
  await settle();
  assert.deepEqual(heard("message"), []);
  assert.deepEqual(talk.lines.map((line) => [line.content, line.state, line.files?.[0].name]), [["", "sending", "a.pdf"], ["After it", "sending", undefined]]);
  await passAll(2);
  assert.deepEqual(rowsOf(), [" a.pdf", "After it"]);
  assert.deepEqual(talk.lines.map((line) => line.state), ["sent", "sent"]);
  assert.equal(browser.bytes.size, 0);
});

test("a page that is left in the middle of an upload: the next one sends it", async () => {
  const tab = tabWithFiles();
  await tab.files.add([pdf()]);
  network.swallow();
  tab.talk.write("Here it is", tab.files.take());
  await passAll(1);
  leave(tab.talk);
  network.pass();
  const next = tabWithFiles();
  await passAll(15);
  assert.deepEqual(rowsOf(), ["Here it is a.pdf"]);
  assert.deepEqual(shown(next.talk), ["Here it is: sent"]);
});

test("a file that the server does not take: the line says why, and can be changed", async () => {
  const { talk, files } = tabWithFiles();
  server.dislikes = (name) => name === "bad.pdf";
  await files.add([pdf("good.pdf"), pdf("bad.pdf")]);
  const { clientId } = talk.write("Both", files.take());
  talk.write("Next");
  await passAll(2);
  assert.deepEqual(rowsOf(), ["Next"]);
  const { failed, words } = talk.outbox.get(clientId);
  assert.deepEqual([failed, words], ["file", "We cannot take this one."]);
  files.give(talk.outbox.get(clientId).files);
  assert.equal(talk.takeBack(clientId), "Both");
  await settle();
  assert.equal(files.take(), null, "the bad one is still among them");
  files.set(files.draft.filter((file) => file.name !== "bad.pdf"));
  talk.write("One", files.take());
  await passAll(2);
  assert.deepEqual(rowsOf(), ["Next", "One good.pdf"]);
});

test("files that cannot be sent take no place of those that can", async () => {
  const { files } = tabWithFiles();
  await files.add([..."abcdef"].map((name) => pdf(`${name}.exe`)));
  await files.add([..."abcdef"].map((name) => pdf(`${name}.pdf`)));
  assert.deepEqual(files.draft.filter((file) => !file.refused).map((file) => file.name), ["a.pdf", "b.pdf", "c.pdf", "d.pdf", "e.pdf"]);
});

test("a file that waited until the server forgot it is brought once more", async () => {
  const { talk, files } = tabWithFiles();
  await files.add([pdf()]);
  await passAll(1);
  assert.ok(files.draft[0].fileId);
  server.files.clear();
  talk.write("Late", files.take());
  await passAll(2);
  assert.deepEqual(rowsOf(), ["Late a.pdf"]);
  assert.equal(heard("message").length, 2);
  // … and if that does not help, the line says so.
  server.instead = (frame) => (frame.type === "message" ? [{ type: "error", code: "validation_failed", detail: "This file is not here.", clientId: frame.clientId }] : null);
  await files.add([pdf("b.pdf")]);
  const { clientId } = talk.write("Never", files.take());
  await passAll(3);
  assert.equal(heard("message").length, 4);
  assert.equal(talk.outbox.get(clientId).words, "This file is not here.");
});

test("a session that is over takes the text of the next one along, and its files", async () => {
  const { talk, files } = tabWithFiles();
  talk.write("Hello");
  await passAll(1);
  const old = talk.sessionId;
  await files.add([pdf()]);
  await passAll(1);
  server.instead = (frame) => (frame.type === "message" && frame.sessionId === old ? [{ type: "error", code: "session_closed", detail: "", sessionId: old, clientId: frame.clientId }] : null);
  talk.write("Again", files.take());
  await passAll(5);
  assert.notEqual(talk.sessionId, old);
  assert.deepEqual(server.session(talk.sessionId).rows.map((row) => [row.content, row.files.length]), [["Again", 1]]);
});

test("a redacted line has no files any more", async () => {
  const { talk, files } = tabWithFiles();
  await files.add([pdf()]);
  talk.write("Secret", files.take());
  await passAll(1);
  server.redact(only(), 1);
  await passAll(1);
  assert.deepEqual([talk.lines[0].content, talk.lines[0].files, talk.lines[0].redacted], ["", undefined, true]);
});
