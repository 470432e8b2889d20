// The browser's storage, also where there is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Store } from "../src/store.js";

/** Storage as browsers have it, whose keys are its own. */
function area() {
  const values = Object.create({
    getItem: (key) => (Object.hasOwn(values, key) ? values[key] : null),
    setItem: (key, value) => void (values[key] = value),
    removeItem: (key) => void delete values[key],
  });
  return values;
}

test("values are kept under their names, and others are left alone", () => {
  const shared = area();
  const [one, two] = [new Store(() => shared), new Store(() => shared, "page ")];
  one.set("chat-out-a", { content: "A" });
  two.set("chat-out-b", { content: "B" });
  assert.deepEqual([one.keys("chat-out-"), two.keys("chat-out-")], [["chat-out-a"], ["chat-out-b"]]);
  assert.deepEqual([one.get("chat-out-b"), two.get("chat-out-b")], [null, { content: "B" }]);
  two.remove("chat-out-b");
  assert.deepEqual(Object.keys(shared), ["chat-out-a"]);
});

test("where storage is blocked, values live as long as the page", () => {
  const store = new Store(() => {
    throw new Error("blocked");
  });
  store.set("chat", { at: 1 });
  assert.deepEqual([store.get("chat"), store.keys("ch"), store.get("other")], [{ at: 1 }, ["chat"], null]);
  store.remove("chat");
  assert.deepEqual([store.get("chat"), store.keys("ch")], [null, []]);
});

test("what a full storage does not take is not lost, and gives way to what it takes later", () => {
  const shared = area();
  const store = new Store(() => shared);
  const take = shared.setItem;
  store.set("chat", { at: 1 });
  Object.getPrototypeOf(shared).setItem = () => {
    throw new Error("full");
  };
  store.set("chat", { at: 2 });
  assert.deepEqual(store.get("chat"), { at: 2 });
  Object.getPrototypeOf(shared).setItem = take;
  store.set("chat", { at: 3 });
  assert.deepEqual([store.get("chat"), shared.chat], [{ at: 3 }, '{"at":3}']);
});

test("what somebody else left there does no harm", () => {
  const shared = area();
  shared.chat = "{not ours";
  assert.equal(new Store(() => shared).get("chat"), null);
});
