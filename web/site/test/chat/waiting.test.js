// What is said to somebody who waits.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { text } from "../../src/chat/strings.js";
import { Waiting } from "../../src/chat/waiting.js";
import { Clock } from "./world.js";

const AWAY = "Nobody is here. We reply by email.";
const ours = (clientId, seq) => ({ from: "visitor", clientId, seq });
let clock, talk, config, lines, waits;
beforeEach(() => {
  clock = new Clock();
  talk = { info: { status: "waiting" } };
  config = { available: true, awayText: AWAY };
  lines = [ours("a", 1)];
  waits = new Waiting({ env: clock, talk, config: () => config, changed: () => waits.look(lines) });
});

test("nobody is there: it is said below the message, and once", () => {
  config.available = false;
  waits.look(lines);
  assert.equal(waits.after("a"), AWAY);
  lines.push(ours("b", 2));
  waits.look(lines);
  assert.deepEqual([waits.after("a"), waits.after("b")], [AWAY, ""]);
});

test("somebody is there: only after a while, and without a promise", () => {
  waits.look(lines);
  clock.pass(60_000);
  assert.equal(waits.told, false);
  clock.pass(20_000);
  assert.equal(waits.after("a"), text.waiting);
});

test("somebody is there at first and leaves: the away text comes then", () => {
  waits.look(lines);
  clock.pass(80_000);
  config.available = false;
  waits.look(lines);
  assert.equal(waits.after("a"), AWAY);
});

test("nothing while nothing has arrived, the settings are not known, or somebody has the chat", () => {
  config.available = false;
  waits.look([ours("a")]);
  talk.info.status = "active";
  waits.look(lines);
  config = null;
  talk.info = null;
  waits.look(lines);
  assert.equal(waits.told, false);
});

test("a firm that has deleted its away text still says it", () => {
  config = { available: false, awayText: "" };
  waits.look(lines);
  assert.equal(waits.after("a"), text.busy);
});

test("in another conversation it is said again", () => {
  config.available = false;
  waits.look(lines);
  talk.sessionId = "other";
  waits.look([]);
  assert.equal(waits.told, false);
  waits.look([ours("b", 1)]);
  assert.equal(waits.after("b"), AWAY);
});

test("what is said stays when somebody comes", () => {
  config.available = false;
  waits.look(lines);
  Object.assign(config, { available: true });
  talk.info.status = "active";
  waits.look(lines);
  assert.equal(waits.after("a"), AWAY);
});
