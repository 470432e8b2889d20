// Hours of the firm in the zone of the visitor.
import assert from "node:assert/strict";
import { test } from "node:test";

process.env.TZ = "America/New_York";
const { dayName, expectation, moment } = await import("../../src/chat/times.js");

const now = new Date("2026-11-30T02:00:00Z"); // Sunday evening, 21:00, in New York
const closed = { available: false, open: false };

test("an instant is told in the visitor's zone, with the day they have there", () => {
  assert.equal(moment(new Date("2026-11-30T04:30:00Z"), now), "23:30");
  assert.equal(moment(new Date("2026-11-30T08:00:00Z"), now), "tomorrow at 03:00");
  assert.equal(moment(new Date("2026-12-02T08:00:00Z"), now), "Wednesday at 03:00");
  assert.equal(moment(new Date("2026-12-07T08:00:00Z"), now), "Monday 7 December at 03:00");
});

test("a day on which clocks change is one day", () => {
  const before = new Date("2026-11-01T03:30:00Z"); // Saturday 23:30; clocks go back in the night
  assert.equal(moment(new Date("2026-11-02T04:30:00Z"), before), "tomorrow at 23:30");
  assert.equal(dayName(new Date("2026-11-01T03:30:00Z"), new Date("2026-11-02T04:59:00Z")), "Yesterday");
});

test("what can be expected: here, until when, from when, busy, away", () => {
  const at = "2026-11-30T08:00:00Z";
  assert.equal(expectation({ available: true, open: null, changesAt: null }, now), "We're here");
  assert.equal(expectation({ available: true, open: true, changesAt: at }, now), "We're here until tomorrow at 03:00 (your time)");
  assert.equal(expectation({ ...closed, changesAt: at }, now), "Back tomorrow at 03:00 (your time)");
  assert.equal(expectation({ ...closed, changesAt: "2026-11-30T04:30:00Z" }, now), "Back at 23:30 (your time)");
  assert.equal(expectation({ ...closed, changesAt: null }, now), "We're away right now");
  assert.equal(expectation({ ...closed, changesAt: "2026-11-30T01:00:00Z" }, now), "We're away right now");
  assert.equal(expectation({ available: false, open: true, changesAt: at }, now), "Nobody is available right now");
  assert.equal(expectation(null, now), "");
});
