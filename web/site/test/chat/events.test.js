// What a visitor reads of how the firm gives chats to its people.
import assert from "node:assert/strict";
import { test } from "node:test";
import { worthSaying } from "../../src/chat/events.js";

const event = (event, staffName) => ({ from: "system", event, staffName });
const say = (content) => ({ from: "staff", content });
const shown = (...lines) => worthSaying(lines).map(({ event, staffName, content }) => content ?? `${event} ${staffName}`);

test("of those who got the chat and did not write, the last counts, and the queue is ours alone", () => {
  const all = [event("given", "Ben"), event("requeued"), event("given", "Anna"), event("requeued"), event("claimed", "Ben")];
  assert.deepEqual(shown(...all), ["claimed Ben"]);
});

test("the same person is not announced twice", () => {
  const all = [event("given", "Ben"), say("Hello"), event("requeued"), event("given", "Ben"), say("Here again")];
  assert.deepEqual(shown(...all), ["given Ben", "Hello", "Here again"]);
});

test("somebody else is, and so is one who had left or comes to a chat that was over", () => {
  assert.deepEqual(shown(event("claimed", "Ben"), say("Hello"), event("transferred", "Anna")), ["claimed Ben", "Hello", "transferred Anna"]);
  const left = [event("claimed", "Ben"), say("Hello"), event("released", "Ben"), event("claimed", "Ben")];
  assert.deepEqual(shown(...left), ["claimed Ben", "Hello", "released Ben", "claimed Ben"]);
  const over = [event("claimed", "Ben"), say("Hello"), event("reopened"), event("claimed", "Ben")];
  assert.equal(shown(...over).at(-1), "claimed Ben");
});
