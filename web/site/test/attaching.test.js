// The files of a form, against a server that says what a test wants.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Attaching } from "../src/attaching.js";
import { Later, Refused } from "../src/files/post.js";
import { Clock, settle } from "./chat/world.js";

const MB = 1_000_000;
let clock, token, posts, bytes, stored, told, isOnline, attaching;
beforeEach(() => {
  [clock, token, posts, bytes, stored, told, isOnline] = [new Clock(), "t1", [], new Map(), new Map(), [], true];
  attaching = make();
});

/** The page, or the next one after a reload: storage outlives it. */
function make({ renew } = {}) {
  const env = { now: clock.now, setTimeout: clock.setTimeout, clearTimeout: clock.clearTimeout };
  let ids = 0;
  return new Attaching(
    {
      name: "files",
      to: { url: "/to", authorization: () => `Form ${token}`, place: () => token, renew },
      limits: { maxSize: MB, maxCount: 3, types: [".pdf"] },
      view: { list: null, tell: (words) => told.push(words), changed: () => {}, focus: () => {} },
      tab: { get: (key) => structuredClone(stored.get(key)), set: (key, value) => stored.set(key, structuredClone(value)), remove: (key) => stored.delete(key) },
    },
    {
      post: (file, { headers, signal }) =>
        new Promise((done, failed) => {
          signal.addEventListener("abort", () => failed(new Error("no answer")));
          posts.push({ name: file.name, as: headers.Authorization, failed, done: () => done({ fileId: `${file.name} for ${token}` }) });
        }),
      kept: { set: async (key, file) => bytes.set(key, file), get: async (key) => bytes.get(key), drop: async (key) => bytes.delete(key) },
      page: { ...env, uuid: () => `file-${++ids}`, alone: async (_key, act) => (await act(), true), online: () => isOnline },
    },
  );
}

const pdf = (name, content = "bytes") => new File([content], name, { type: "application/pdf" });
const answer = async (act = (post) => post.done()) => {
  await settle();
  act(posts.at(-1));
  await settle();
};
const pass = async (seconds) => {
  clock.pass(seconds * 1000);
  await settle();
};
/** What `ready` says, or "waits". */
async function outcome(ready) {
  await settle();
  return Promise.race([ready, Promise.resolve("waits")]);
}

test("nothing chosen, nothing to wait for", async () => {
  assert.deepEqual(await attaching.ready(), { ids: [] });
});

test("what is sent waits for all of them, in the order in which they were chosen", async () => {
  attaching.add([pdf("a.pdf"), pdf("b.pdf")]);
  const ready = attaching.ready();
  await answer();
  assert.equal(await outcome(ready), "waits");
  assert.ok(attaching.waits);
  await answer();
  assert.deepEqual(await ready, { ids: ["a.pdf for t1", "b.pdf for t1"] });
  assert.ok(!attaching.waits);
});

test("what is refused takes no place of others", () => {
  attaching.add(["a.exe", "b.exe", "c.exe", "d.pdf", "e.pdf", "f.pdf"].map((name) => pdf(name)));
  assert.deepEqual([attaching.chosen.length, told.at(-1)], [6, ""]);
  attaching.add([pdf("g.pdf"), pdf("g.exe")]);
  assert.equal(attaching.chosen.at(-1).name, "g.exe");
  assert.equal(attaching.chosen.length, 7);
  assert.match(told.at(-1), /up to 3 files/);
});

test("more than the limit are not taken, and it is said", () => {
  attaching.add(["a.pdf", "b.pdf", "c.pdf", "d.pdf"].map((name) => pdf(name)));
  assert.equal(attaching.chosen.length, 3);
  assert.match(told.at(-1), /up to 3 files/);
});

test("what cannot be sent holds back the rest, whether we or the server refuse it", async () => {
  attaching.add([pdf("a.exe")]);
  assert.match((await attaching.ready()).problem, /can't be sent/);
  attaching = make();
  attaching.add([pdf("b.pdf")]);
  const ready = attaching.ready();
  await answer((post) => post.failed(new Refused("validation_failed", "This is no PDF.")));
  assert.match((await ready).problem, /can't be sent/);
  assert.equal(stored.size, 0, "a refused file does not come back after a reload");
});

test("a network that fails is told to who waits, and pressing again tries again", async () => {
  attaching.add([pdf("a.pdf")]);
  const ready = attaching.ready();
  await answer((post) => post.failed(new Error("no answer")));
  assert.equal(await outcome(ready), "waits");
  await pass(2.1);
  await answer((post) => post.failed(new Error("no answer")));
  assert.match((await ready).problem, /didn't reach us/);
  const second = attaching.ready();
  await answer();
  assert.deepEqual([posts.length, await second], [3, { ids: ["a.pdf for t1"] }]);
});

test("without a network, nobody waits for it", async () => {
  attaching.add([pdf("a.pdf")]);
  const ready = attaching.ready();
  isOnline = false;
  await answer((post) => post.failed(new Error("no answer")));
  assert.match((await ready).problem, /didn't reach us/);
});

test("a server that asks for minutes of patience does not keep the button busy", async () => {
  attaching.add([pdf("a.pdf")]);
  const ready = attaching.ready();
  await answer((post) => post.failed(new Later(429, 600)));
  assert.match((await ready).problem, /didn't reach us/);
});

test("a token that is over: there is another one, and all files go with it", async () => {
  attaching = make({
    renew: async () => {
      token = "t2";
      return true;
    },
  });
  attaching.add([pdf("a.pdf")]);
  await answer();
  attaching.add([pdf("b.pdf")]);
  await answer((post) => post.failed(new Later(401, NaN)));
  const ready = attaching.ready();
  await answer();
  await answer();
  assert.deepEqual(await ready, { ids: ["a.pdf for t2", "b.pdf for t2"] });
  assert.deepEqual(posts.map(({ name, as }) => `${name} ${as}`), ["a.pdf Form t1", "b.pdf Form t1", "a.pdf Form t2", "b.pdf Form t2"]);
});

test("after a reload, what is there counts for the same form, and goes again for another one", async () => {
  attaching.add([pdf("a.pdf")]);
  await answer();
  attaching = make();
  assert.deepEqual(await attaching.ready(), { ids: ["a.pdf for t1"] });
  token = "t2";
  attaching = make();
  const ready = attaching.ready();
  await answer();
  assert.deepEqual(await ready, { ids: ["a.pdf for t2"] });
  assert.equal(posts.length, 2);
});

test("what the server has lost goes again, also after a reload", async () => {
  attaching.add([pdf("a.pdf")]);
  await answer();
  attaching.lost();
  await answer();
  assert.equal(posts.length, 2);
  attaching = make();
  attaching.lost();
  await answer();
  assert.deepEqual([posts.length, (await attaching.ready()).ids.length], [3, 1]);
});

test("what was sent is not kept", async () => {
  attaching.add([pdf("a.pdf"), pdf("b.pdf")]);
  await answer();
  await answer();
  assert.deepEqual([bytes.size, stored.size], [2, 1]);
  attaching.sent();
  assert.deepEqual([bytes.size, stored.size, attaching.chosen.length], [0, 0, 0]);
});
