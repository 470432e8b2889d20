// The conversation of a visitor against a server that keeps its word, a step at a time.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { KEY, Talk } from "../../src/chat/talk.js";
import { afterMany, begin, heard, leave, only, pass, shown, stored, tab } from "./talking.js";

let all, clock, server, network, browser, page, arrived, told;
beforeEach(() => {
  ({ all, clock, server, network, browser, page, arrived, told } = begin());
});

test("nothing is stored in the browser until something is written", () => {
  const talk = tab();
  assert.ok(talk.connected);
  assert.equal(stored(), null);
  talk.write("Hello");
  assert.equal(stored().sessionId, talk.sessionId);
});

test("a line is sent, and then read", () => {
  const talk = tab();
  talk.write("Hello");
  assert.deepEqual(shown(talk), ["Hello: sending"]);
  pass(1);
  assert.deepEqual(shown(talk), ["Hello: sent"]);
  server.tellAll(only(), { type: "read", by: "staff", seq: 1 });
  pass(1);
  assert.deepEqual(shown(talk), ["Hello: read"]);
});

test("what was written without a network is sent by the next page, and once", () => {
  network.down = true;
  const talk = tab();
  talk.write("One");
  talk.write("Two");
  leave(talk);
  network.down = false;
  const next = tab();
  pass(1);
  assert.deepEqual(shown(next), ["One: sent", "Two: sent"]);
  assert.deepEqual(only().rows.map((row) => row.content), ["One", "Two"]);
});

test("a line waits until the one before it is acknowledged", () => {
  const talk = tab();
  server.instead = (frame) => (frame.type === "message" ? [] : null);
  talk.write("One");
  talk.write("Two");
  pass(1);
  assert.deepEqual(heard("message").map((frame) => frame.content), ["One"]);
});

test("a line without an answer goes over a new socket", () => {
  const talk = tab();
  server.instead = (frame) => (frame.type === "message" ? [] : null);
  talk.write("One");
  pass(9);
  assert.equal(heard("hello").length, 1);
  server.instead = () => null;
  pass(2);
  assert.equal(heard("hello").length, 2);
  assert.deepEqual(shown(talk), ["One: sent"]);
});

test("a reload resumes and shows everything; a long session begins with its last lines", () => {
  const next = afterMany(80);
  assert.equal(next.lines.length, 50);
  assert.equal(next.lines.at(-1).content, "s79");
  assert.ok(next.hasEarlier);
  next.earlier();
  pass(1);
  assert.equal(next.lines.length, 81);
  assert.ok(!next.hasEarlier);
});

test("two tabs are live at once, and hold one session", () => {
  const [one, two] = [tab(), tab()];
  assert.notEqual(one.sessionId, two.sessionId);
  one.write("From one");
  pass(1);
  two.write("From two");
  pass(1);
  server.say(only(), "To both");
  pass(1);
  const lines = ["From one: sent", "From two: sent", "To both"];
  assert.deepEqual([shown(one), shown(two)], [lines, lines]);
});

test("a line of a tab that is gone is sent by another", () => {
  const [one, two] = [tab(), tab()];
  one.write("Hello");
  pass(1);
  network.down = true;
  for (const socket of [...network.sockets]) network.cut(socket);
  pass(0.01);
  one.write("Going");
  leave(one);
  network.down = false;
  pass(30);
  assert.deepEqual(shown(two), ["Hello: sent", "Going: sent"]);
});

test("a tab that hears of a line of another which is gone sends it, without a new connection", () => {
  const [one, two] = [tab(), tab()];
  one.write("Hello");
  pass(1);
  const hellos = heard("hello").length;
  const session = one.sessionId;
  browser.storeOf(null).set("chat-out-lost", { clientId: "lost", content: "Left behind", at: clock.now() });
  leave(one);
  pass(20);
  assert.deepEqual(shown(two), ["Hello: sent", "Left behind: sent"]);
  assert.equal(heard("hello").length, hellos);
  assert.equal(two.sessionId, session);
});

test("a hole is noticed and filled from the server's history", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  const { id } = only();
  for (const content of ["a", "b", "c"]) only().rows.push({ sessionId: id, seq: only().rows.length + 1, from: "staff", content });
  server.say(only(), "d");
  pass(0.1);
  assert.deepEqual(shown(talk), ["Hello: sent"], "not before what came earlier");
  pass(1);
  assert.deepEqual(shown(talk), ["Hello: sent", "a", "b", "c", "d"]);
  assert.deepEqual(heard("history"), [{ type: "history", sessionId: id, beforeSeq: 5, limit: 3 }]);
});

test("a hole that nobody fills ends with a new socket", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  only().rows.push({ seq: 2, from: "staff", content: "a" });
  server.instead = (frame) => (frame.type === "history" ? [] : null);
  server.say(only(), "b");
  pass(15);
  assert.deepEqual(shown(talk), ["Hello: sent", "a", "b"]);
  assert.equal(heard("hello").length, 2);
});

test("the last line is missed by nobody: the state of the session names it", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  only().rows.push({ seq: 2, from: "staff", content: "a" });
  server.describe();
  pass(1);
  assert.deepEqual(shown(talk), ["Hello: sent", "a"]);
});

test("a socket that died in silence is replaced within 35 seconds, and what was written arrives", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  network.swallow();
  pass(20);
  network.pass();
  server.say(only(), "Are you there?");
  pass(15);
  assert.deepEqual(shown(talk), ["Hello: sent", "Are you there?"]);
});

test("a network that swallows everything is left within seconds of its return", () => {
  const talk = tab();
  network.swallow();
  pass(120);
  assert.ok(!talk.connected);
  network.pass();
  pass(14);
  assert.ok(talk.connected);
});

test("silence does not matter while nobody looks, and is asked about when somebody does", () => {
  const talk = tab();
  page.watched = false;
  pass(300);
  assert.equal(heard("ping").length, 0);
  page.watched = true;
  talk.line.wake();
  talk.line.wake();
  pass(1);
  assert.equal(heard("ping").length, 1);
  pass(60);
  assert.equal(heard("hello").length, 1);
});

test("looking again and again does not keep a dead socket", () => {
  const talk = tab();
  network.swallow();
  talk.line.wake();
  pass(6);
  network.pass();
  talk.line.wake();
  pass(4.1);
  assert.equal(heard("hello").length, 2);
});

test("attempts grow apart up to some seconds, and waking does not wait", () => {
  network.down = true;
  const talk = tab();
  pass(60);
  const before = talk.line.tries;
  pass(60);
  assert.ok(talk.line.tries - before >= 12 && talk.line.tries - before <= 24, `${talk.line.tries - before}`);
  network.down = false;
  talk.line.wake();
  pass(0.1);
  assert.ok(talk.connected);
});

test("a server that goes says when to come back", () => {
  const talk = tab();
  for (const socket of server.sockets) socket.tell({ type: "bye", reason: "shutdown", retryAfter: 4 });
  pass(3.9);
  assert.equal(heard("hello").length, 1);
  pass(3);
  assert.ok(talk.connected);
});

test("a line that the server refuses is marked, and the next ones go on", () => {
  const talk = tab();
  server.instead = (frame) =>
    frame.content === "bad" ? [{ type: "error", code: "validation_failed", detail: "Too long.", clientId: frame.clientId }] : null;
  const { clientId } = talk.write("bad");
  talk.write("good");
  pass(1);
  assert.deepEqual(shown(talk), ["good: sent", "bad: failed"]);
  assert.equal(talk.takeBack(clientId), "bad");
  assert.deepEqual(shown(talk), ["good: sent"]);
});

test("too fast: the line waits as long as the server says, and so do those after it", () => {
  const talk = tab();
  server.busy = () => true;
  talk.write("One");
  talk.write("Two");
  pass(1);
  assert.equal(talk.problem.code, "rate_limited");
  server.busy = () => false;
  pass(2);
  assert.equal(talk.problem, null);
  assert.deepEqual(only().rows.map((row) => row.content), ["One", "Two"]);
});

test("a conversation that is over for good goes on as a new one, with what was written", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  const old = talk.sessionId;
  server.instead = (frame) =>
    frame.type === "message" && frame.sessionId === old
      ? [{ type: "error", code: "session_closed", detail: "", sessionId: old, clientId: frame.clientId }]
      : null;
  talk.write("Again");
  pass(5);
  assert.notEqual(talk.sessionId, old);
  assert.deepEqual(shown(talk), ["Again: sent"]);
  assert.equal(stored().sessionId, talk.sessionId);
});

test("a session that the server does not know is replaced, and what was not sent goes there", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  leave(talk);
  server.sessions.clear();
  network.down = true;
  const next = tab();
  next.write("Still there?");
  network.down = false;
  pass(10);
  assert.deepEqual(shown(next), ["Still there?: sent"]);
});

test("a visitor who is blocked is told so, and not in a circle", () => {
  const talk = tab();
  server.instead = (frame) =>
    frame.type === "message" ? [{ type: "error", code: "blocked", detail: "", clientId: frame.clientId }] : null;
  talk.write("Hello");
  pass(60);
  assert.equal(heard("message").length, 1);
  assert.equal(talk.lines[0].failed, "blocked");
});

test("after a day the conversation is not open here any more", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  leave(talk);
  assert.ok(Talk.isOpen(browser.storeOf(null), clock.now()));
  pass(24 * 3600 + 60);
  assert.ok(!Talk.isOpen(browser.storeOf(null), clock.now()));
  assert.deepEqual(shown(tab()), []);
});

test("typing is told while somebody types, not more, and ends", () => {
  const talk = tab();
  talk.typed();
  pass(1);
  assert.deepEqual(heard("typing"), [], "nobody to tell yet");
  talk.write("Hello");
  pass(1);
  const on = () => heard("typing").map((frame) => frame.on);
  for (let i = 0; i < 8; i++) {
    talk.typed();
    pass(0.5);
  }
  assert.deepEqual(on(), [true, true]);
  pass(10);
  assert.deepEqual(on(), [true, true, false]);
  talk.typed();
  talk.write("Done");
  pass(10);
  assert.deepEqual(on(), [true, true, false, true, false]);
});

test("typing of staff ends with their line, or by itself", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  const type = () => server.tellAll(only(), { type: "typing", from: "staff", staffName: "Anna", on: true });
  type();
  pass(1);
  assert.equal(talk.typing, "Anna");
  server.say(only(), "Hi");
  pass(1);
  assert.equal(talk.typing, null);
  type();
  pass(6);
  assert.equal(talk.typing, "Anna");
  pass(2);
  assert.equal(talk.typing, null);
});

test("unread lines are counted until they are seen, in all tabs", () => {
  const [one, two] = [tab(), tab()];
  one.write("Hello");
  pass(1);
  server.say(only(), "a");
  server.say(only(), "b");
  pass(1);
  assert.deepEqual([one.unread, two.unread], [2, 2]);
  one.see();
  pass(1);
  assert.deepEqual([one.unread, two.unread], [0, 0]);
  assert.equal(only().seen, 3);
  assert.deepEqual(arrived, ["a", "a", "b", "b"], "each tab is told of each");
});

test("with its storage cleared under it, looking at the conversation changes nothing", () => {
  let changes = 0;
  const talk = tab({ changed: () => changes++ });
  talk.write("Hello");
  pass(1);
  browser.storeOf({}).remove(KEY);
  const before = changes;
  talk.see();
  assert.equal(changes, before);
});

test("what came before the page does not ring", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  leave(talk);
  server.say(only(), "a");
  const next = tab();
  pass(1);
  assert.deepEqual([arrived, next.unread], [[], 1]);
});

test("closing and rating reach the server also after a lost connection", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  network.down = true;
  for (const socket of [...network.sockets]) network.cut(socket);
  pass(0.01);
  talk.close();
  talk.rate(5, "Quick.");
  assert.equal(talk.rating, 5);
  network.down = false;
  pass(30);
  assert.deepEqual([only().status, only().rating, only().feedback], ["closed", 5, "Quick."]);
  assert.ok(talk.closed);
});

test("a new chat begins empty, here and in the other tab", () => {
  const [one, two] = [tab(), tab()];
  one.write("Hello");
  pass(1);
  one.close();
  pass(1);
  one.anew();
  pass(1);
  assert.deepEqual([shown(one), shown(two)], [[], []]);
  one.write("Another thing");
  pass(1);
  assert.deepEqual([shown(one), shown(two)], [["Another thing: sent"], ["Another thing: sent"]]);
  assert.equal(server.sessions.get(stored().sessionId).rows[0].content, "Another thing");
});

test("a line that was removed stays removed, whatever arrives late", () => {
  const talk = tab();
  talk.write("my password");
  pass(1);
  const before = { type: "message", ...only().rows[0] };
  server.redact(only(), 1);
  pass(1);
  server.tellAll(only(), before);
  pass(1);
  assert.deepEqual([talk.lines[0].content, talk.lines[0].redacted], ["", true]);
});

test("the page of a mailed link shows that session, and no other if its code is wrong", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  const { id, token } = only();
  leave(talk);
  browser.storeOf(null).remove(KEY);
  const linked = tab({ fixed: { sessionId: id, token } });
  pass(1);
  assert.deepEqual(shown(linked), ["Hello: sent"]);
  leave(linked);
  const wrong = tab({ fixed: { sessionId: id, token: "guess" } });
  pass(60);
  assert.equal(wrong.problem.code, "session_unknown");
  assert.deepEqual(shown(wrong), []);
  assert.equal(heard("hello").length, 3);
});

test("name and address go with the greeting, and to the session until the server knows them", () => {
  network.down = true;
  const talk = tab();
  talk.introduce({ name: "Ada" });
  network.down = false;
  pass(5);
  assert.equal(heard("hello").at(-1).name, "Ada");
  assert.deepEqual(heard("details"), [], "there is no session yet");
  talk.write("Hello");
  pass(1);
  const details = [{ type: "details", sessionId: talk.sessionId, name: "Ada" }];
  assert.deepEqual(heard("details"), details);
  for (const socket of [...network.sockets]) network.cut(socket);
  pass(5);
  assert.deepEqual(heard("details"), [...details, ...details], "nobody said that it arrived");
  only().visitorName = "Ada";
  server.describe();
  pass(1);
  for (const socket of [...network.sockets]) network.cut(socket);
  pass(5);
  assert.equal(heard("details").length, 2);
  talk.introduce({ email: "ada@client.example" });
  pass(1);
  assert.deepEqual(heard("details").at(-1), { type: "details", sessionId: talk.sessionId, email: "ada@client.example" });
});

test("an answer to a request is passed on", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  server.instead = (frame) => (frame.type === "copy" ? [{ type: "error", code: "rate_limited", detail: "Later.", sessionId: frame.sessionId }] : null);
  talk.copy("ada@client.example");
  pass(1);
  const later = { type: "error", code: "rate_limited" };
  assert.deepEqual(told, [later]);
  server.tellAll(only(), later);
  pass(1);
  assert.deepEqual(told, [later], "nobody waits for this one");
});

test("a name that the server refuses does not end the chat", () => {
  network.down = true;
  const talk = tab();
  talk.introduce({ email: "ada@client" });
  network.down = false;
  server.instead = (frame) => (frame.email ? [{ type: "error", code: "validation_failed", detail: "No address." }] : null);
  pass(5);
  assert.ok(talk.connected);
});

test("a greeting that is refused for good says why, and does not knock again", () => {
  server.instead = (frame) => (frame.type === "hello" ? [{ type: "error", code: "forbidden", detail: "Not now." }] : null);
  const talk = tab();
  pass(300);
  assert.equal(talk.problem.code, "forbidden");
  assert.equal(heard("hello").length, 1);
});

test("too many new conversations from one address: it is said, and tried again later", () => {
  server.instead = (frame) => (frame.type === "hello" ? [{ type: "error", code: "rate_limited", detail: "Later.", retryAfter: 60 }] : null);
  const talk = tab();
  pass(30);
  assert.equal(talk.problem.code, "rate_limited");
  assert.equal(heard("hello").length, 1);
  server.instead = () => null;
  pass(40);
  assert.deepEqual([talk.connected, talk.problem], [true, null]);
});

test("frames of any shape are survived", () => {
  const talk = tab();
  talk.write("Hello");
  pass(1);
  const [socket] = server.sockets;
  for (const data of ["", "{", "null", "[]", "7", '{"type":7}', '{"type":"never"}', '{"type":"history"}', '{"type":"message"}', '{"type":"history","messages":[null,{}]}', '{"type":"ack"}', '{"type":"session"}', '{"type":"error"}', '{"type":"constructor"}', '{"type":"__proto__"}'])
    socket.onmessage({ data });
  pass(1);
  talk.write("Still here");
  pass(1);
  assert.deepEqual(shown(talk), ["Hello: sent", "Still here: sent"]);
});
