// Pages that come and go, conversations that are left and had again, and what happened to messages meanwhile.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { afterMany, begin, heard, leave, only, pass, shown, tab } from "./talking.js";

let server, browser, page, arrived;
beforeEach(() => {
  ({ server, browser, page, arrived } = begin());
});

test("a page that is left has no socket; back on it, the conversation goes on, and what was on its way is sent once", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  server.instead = (frame) => (frame.type === "message" ? [] : null);
  talk.write("On its way");
  pass(1);
  talk.line.rest();
  pass(300);
  assert.deepEqual([server.sockets.size, heard("hello").length], [0, 1], "and it does not come back by itself");
  server.instead = () => null;
  server.say(only(), "Meanwhile");
  talk.stored(null);
  talk.line.moved();
  pass(1);
  assert.deepEqual(shown(talk), ["Hello: sent", "Meanwhile", "On its way: sent"]);
});

test("a page that comes back has the conversation with which another page of the tab went on", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  talk.line.rest();
  browser.slow = () => 1e12;
  const next = tab();
  pass(1);
  next.anew();
  next.write("Something else");
  pass(1);
  leave(next);
  talk.stored(null);
  talk.line.moved();
  pass(1);
  assert.deepEqual(shown(talk), ["Something else: sent"]);
});

test("a conversation that was left for a new one can be had again for a day, and goes on there", () => {
  const talk = tab();
  talk.write("First");
  pass(1);
  const first = talk.sessionId;
  talk.close();
  pass(1);
  talk.anew();
  assert.deepEqual([talk.before.map((it) => it.sessionId), shown(talk)], [[first], []]);
  pass(1);
  talk.write("Second");
  pass(1);
  const second = talk.sessionId;
  talk.anew(talk.before[0]);
  pass(1);
  assert.deepEqual([shown(talk), talk.closed], [["First: sent"], true]);
  assert.deepEqual(talk.before.map((it) => it.sessionId), [second]);
  talk.write("More");
  pass(1);
  assert.deepEqual(server.session(first).rows.map((row) => row.content), ["First", "More"]);
  leave(talk);
  const next = tab();
  pass(1);
  assert.deepEqual(shown(next), ["First: sent", "More: sent"], "a reload keeps to it");
  pass(24 * 3600);
  assert.deepEqual(next.before, []);
});

test("looking for a new chat and back stores no conversation that has no message", () => {
  const talk = tab();
  talk.anew();
  assert.deepEqual(talk.before, []);
});

test("who has said who they are is not asked again by the next conversation of this page", () => {
  const talk = tab();
  talk.introduce({ name: "Ada", email: "ada@client.example", topic: "support" });
  talk.write("Hello");
  pass(1);
  talk.anew();
  pass(1);
  assert.deepEqual(talk.known, { name: "Ada", email: "ada@client.example" });
  const hello = heard("hello").at(-1);
  assert.deepEqual([hello.name, hello.email, hello.topic], ["Ada", "ada@client.example", undefined]);
});

test("a message that was redacted while the page was away loses its text, where it stands", () => {
  const talk = tab();
  talk.write("My card is 4111");
  pass(1);
  server.say(only(), "Please do not send that.");
  pass(1);
  talk.line.rest();
  const row = Object.assign(only().rows[0], { content: "", redacted: true });
  server.instead = (frame, socket) => {
    if (frame.type !== "hello") return null;
    server.instead = () => null;
    server.receive(socket, frame);
    return [{ type: "message", ...row }];
  };
  talk.line.moved();
  pass(1);
  assert.deepEqual(talk.lines.map(({ content, redacted }) => [content, Boolean(redacted)]), [["", true], ["Please do not send that.", false]]);
  assert.deepEqual(arrived, ["Please do not send that."], "and nothing rings");
});

/** The server cuts what it sends by bytes: the last `most` of what was asked for, in several frames. */
function cutHistory(most) {
  server.instead = ({ type, sessionId, beforeSeq, limit }) => {
    if (type !== "history") return null;
    const rows = only().rows.filter((row) => row.seq < beforeSeq).slice(-limit).slice(-most);
    return rows.map((row, i) => ({ type: "history", sessionId, messages: [row], complete: i === rows.length - 1 }));
  };
}

test("fewer earlier messages than were asked for do not mean that there are none before them", () => {
  const next = afterMany(80);
  cutHistory(4);
  next.earlier();
  pass(1);
  assert.deepEqual([next.lines.length, next.hasEarlier], [54, true]);
  for (let i = 0; i < 7; i++) {
    next.earlier();
    pass(1);
  }
  assert.deepEqual([next.lines.length, next.lines[0].content, next.hasEarlier], [81, "Hello", false]);
});

test("a hole that takes several answers is filled over the same socket", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  const { id } = only();
  for (let i = 0; i < 20; i++) only().rows.push({ sessionId: id, seq: only().rows.length + 1, from: "staff", content: `s${i}` });
  cutHistory(3);
  server.say(only(), "last");
  pass(5);
  assert.equal(talk.lines.length, 22);
  assert.equal(heard("hello").length, 1);
});
