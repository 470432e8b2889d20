// Files on their way to the server, while the network and the server do their worst.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Later, Refused } from "../../src/files/post.js";
import { Uploads } from "../../src/files/uploads.js";
import { Clock, settle } from "../chat/world.js";

let clock, place, posts, bytes, changes, busy, uploads;
beforeEach(() => {
  [clock, place, posts, bytes, changes, busy] = [new Clock(), "s", [], new Map(), [], new Set()];
  uploads = make();
});

function make() {
  let ids = 0;
  const made = new Uploads({
    post: (file, { progress, signal }) =>
      new Promise((done, failed) => {
        signal.addEventListener("abort", () => failed(new Error("no answer")));
        posts.push({ file, progress, failed, signal, done: (fileId = `id of ${file.name}`) => done({ fileId, name: file.name }) });
      }),
    place: () => place,
    kept: { set: async (key, file) => bytes.set(key, file), get: async (key) => bytes.get(key), drop: async (key) => bytes.delete(key) },
    changed: (key) => changes.push(made.of(key)?.state),
    env: {
      ...clock,
      uuid: () => `file-${++ids}`,
      alone: async (key, act) => {
        if (busy.has(key)) return false;
        await act();
        return true;
      },
    },
  });
  return made;
}
const pdf = (name) => new File(["bytes"], name, { type: "application/pdf" });
const add = (name = "a.pdf", why) => uploads.add(pdf(name), why);
const pass = async (seconds) => {
  clock.pass(seconds * 1000);
  await settle();
};
const names = () => posts.map(({ file }) => file.name);

test("one goes after the other, and each says how far it is", async () => {
  const [one, two] = [add("a.pdf"), add("b.pdf")];
  await settle();
  assert.deepEqual(names(), ["a.pdf"]);
  posts[0].progress(0.5);
  assert.deepEqual([uploads.of(one.key).part, uploads.of(two.key).state], [0.5, "waiting"]);
  posts[0].done();
  await settle();
  assert.deepEqual(names(), ["a.pdf", "b.pdf"]);
  const { state, answer, place: at } = uploads.of(one.key);
  assert.deepEqual([state, answer.fileId, at], ["done", "id of a.pdf", "s"]);
});

test("without a place nothing goes, and all of it does when there is one", async () => {
  place = null;
  add();
  await pass(60);
  assert.deepEqual(posts, []);
  place = "s";
  uploads.back();
  await settle();
  assert.deepEqual(names(), ["a.pdf"]);
});

test("a lost connection lets it wait, and its return does not", async () => {
  const { key } = add();
  await settle();
  posts[0].failed(new Error("no answer"));
  await settle();
  assert.equal(uploads.of(key).state, "waiting");
  await pass(1.9);
  assert.equal(posts.length, 1);
  await pass(0.2);
  assert.equal(posts.length, 2);
  posts[1].failed(new Error("no answer"));
  await settle();
  uploads.back();
  await settle();
  assert.equal(posts.length, 3);
  assert.ok(!changes.includes("refused"), "whatever the network does");
});

test("a device without a network says so at once, and goes on when it has one", async () => {
  const { key } = add();
  await settle();
  uploads.cut();
  await settle();
  assert.deepEqual([uploads.of(key).state, uploads.of(key).tries], ["waiting", 1]);
  uploads.back();
  await settle();
  assert.equal(posts.length, 2);
});

test("a path that died in silence is left after 20 seconds without a byte", async () => {
  const { key } = add();
  await settle();
  await pass(15);
  posts[0].progress(0.4);
  await pass(15);
  assert.ok(!posts[0].signal.aborted);
  await pass(6);
  assert.ok(posts[0].signal.aborted);
  assert.equal(uploads.of(key).state, "waiting");
});

test("a server that has all of it may take a minute", async () => {
  add();
  await settle();
  posts[0].progress(1);
  await pass(59);
  assert.ok(!posts[0].signal.aborted);
  await pass(2);
  assert.ok(posts[0].signal.aborted);
});

test("when the connection is back, an upload that does not move goes again at once", async () => {
  add();
  await settle();
  await pass(2);
  uploads.back();
  assert.ok(!posts[0].signal.aborted, "it may only be slow");
  await pass(2);
  uploads.back();
  await settle();
  await pass(0);
  assert.ok(posts[0].signal.aborted);
  assert.equal(posts.length, 2);
});

test("what the server refuses is not sent again by itself, and the others go on", async () => {
  const [one] = [add("a.pdf"), add("b.pdf")];
  await settle();
  posts[0].failed(new Refused("http_422", "This picture cannot be read."));
  await settle();
  const { code, detail } = uploads.of(one.key).why;
  assert.deepEqual([code, detail], ["http_422", "This picture cannot be read."]);
  await pass(600);
  assert.deepEqual(names(), ["a.pdf", "b.pdf"]);
  posts[1].done();
  await settle();
  uploads.again(one.key);
  await settle();
  assert.deepEqual(names(), ["a.pdf", "b.pdf", "a.pdf"]);
});

test("“not now” is asked again when the server says, five times", async () => {
  const { key } = add();
  await settle();
  posts[0].failed(new Later(429, 40));
  await settle();
  await pass(39);
  assert.equal(posts.length, 1);
  await pass(1);
  assert.equal(posts.length, 2);
  for (let i = 1; i < 6; i++) {
    posts[i].failed(new Later(503, NaN));
    await settle();
    await pass(31);
  }
  assert.deepEqual([posts.length, uploads.of(key).state, uploads.of(key).why.code], [6, "refused", "later"]);
});

test("a reload goes on with the bytes that the browser has kept, and says so if it has none", async () => {
  const { key } = add();
  await settle();
  uploads = make();
  uploads.want({ key });
  uploads.want({ key: "other" });
  await settle();
  assert.deepEqual(names(), ["a.pdf", "a.pdf"]);
  posts[1].done();
  await settle();
  assert.equal(uploads.of("other").why.code, "gone");
});

test("an upload counts for its place, and is made again for another one", async () => {
  const { key } = add();
  await settle();
  posts[0].done();
  await settle();
  uploads.want({ key });
  await settle();
  assert.equal(posts.length, 1);
  place = "t";
  uploads.want({ key, fileId: "id of a.pdf" });
  await settle();
  posts[1].done("new");
  await settle();
  assert.deepEqual([posts.length, uploads.of(key).answer.fileId, uploads.of(key).place], [2, "new", "t"]);
  uploads.lost(key, "new");
  uploads.want({ key });
  await settle();
  assert.equal(posts.length, 3, "the server has lost it");
});

test("what another tab has in hand is left to it", async () => {
  place = null;
  const { key } = add();
  busy.add(key);
  place = "s";
  uploads.back();
  await pass(10);
  assert.equal(posts.length, 0);
  busy.clear();
  await pass(3);
  assert.equal(posts.length, 1);
});

test("what nobody needs any more stops, and is not kept", async () => {
  const [one, two] = [add("a.pdf"), add("b.pdf")];
  await settle();
  uploads.drop(one.key);
  await settle();
  assert.ok(posts[0].signal.aborted);
  assert.deepEqual([uploads.of(one.key), [...bytes.keys()], names()], [null, [two.key], ["a.pdf", "b.pdf"]]);
});

test("what cannot be sent is not", async () => {
  const { key } = add("a.exe", "type");
  await pass(60);
  assert.deepEqual([posts.length, bytes.size, uploads.of(key).why.code], [0, 0, "type"]);
});
