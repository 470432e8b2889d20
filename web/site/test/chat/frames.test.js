// What the chat sends, and what its tests let the server say, is what the program's own document of frames describes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { text } from "../../src/chat/strings.js";
import { Talk } from "../../src/chat/talk.js";
import { filesOf, pageIn, settle, world } from "./world.js";

const { schemas } = JSON.parse(readFileSync(new URL("../../../../api/asyncapi.json", import.meta.url), "utf8")).components;

/** What does not fit, as paths; the ids of this world are no UUIDs, so formats do not count. */
function misfits(value, schema, path = "frame") {
  if (schema.$ref) return misfits(value, schemas[schema.$ref.split("/").at(-1)], path);
  const choices = schema.oneOf ?? schema.anyOf;
  if (choices) {
    const all = choices.map((choice) => misfits(value, choice, path));
    return all.some((one) => one.length === 0) ? [] : all.sort((a, b) => a.length - b.length)[0];
  }
  if (schema.allOf) {
    const known = schema.allOf.map((part) => (part.$ref ? schemas[part.$ref.split("/").at(-1)] : part));
    return misfits(value, { type: "object", required: known.flatMap((one) => one.required ?? []), properties: Object.assign({}, ...known.map((one) => one.properties)) }, path);
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: ${value}`];
  const type = value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;
  if (schema.type && ![schema.type].flat().includes(type)) return [`${path}: ${type}`];
  if (type === "array") return value.flatMap((item, i) => misfits(item, schema.items, `${path}[${i}]`));
  if (type !== "object" || !schema.properties) return [];
  const missing = (schema.required ?? []).filter((key) => !(key in value)).map((key) => `${path}.${key} is missing`);
  const wrong = Object.entries(value).flatMap(([key, inner]) =>
    schema.properties[key] ? misfits(inner, schema.properties[key], `${path}.${key}`) : [`${path}.${key} is unknown`],
  );
  return [...missing, ...wrong];
}

test("every frame of a whole conversation fits the document", async () => {
  const all = world(3);
  const { clock, server, browser } = all;
  const tab = { clock };
  browser.tabs.add(tab);
  const about = () => ({ url: "https://firm.example/", referrer: "https://search.example/", timezone: "Europe/Helsinki" });
  const start = (options) => {
    const env = pageIn(all);
    tab.files = filesOf(all, tab, env);
    const talk = (tab.talk = new Talk(env, browser.storeOf(tab), { about, files: tab.files, ...options }));
    talk.start();
    clock.pass(1_000);
    return talk;
  };
  const talk = start();
  talk.write("Hello");
  clock.pass(1_000);
  await tab.files.add([new File(["x"], "a.pdf", { type: "application/pdf" })]);
  talk.write("", tab.files.take());
  for (let i = 0; i < 20; i++) (clock.pass(100), await settle());
  const session = server.session(talk.sessionId);
  assert.deepEqual(misfits({ type: "message", ...session.rows.at(-1) }, schemas.VisitorServerFrame), []);
  for (let i = 0; i < 60; i++) server.say(session, `s${i}`);
  clock.pass(1_000);
  talk.see();
  talk.typed();
  talk.typed(true);
  talk.introduce({ name: "Ada", email: "ada@client.example", topic: "support" });
  talk.copy("ada@client.example");
  clock.pass(60_000);
  talk.stop();
  const again = start();
  again.earlier();
  again.close();
  again.rate(5, "Quick.");
  clock.pass(1_000);
  again.stop();
  start({ fixed: { sessionId: session.id, token: session.token } }).stop();

  assert.ok(server.heard.some((frame) => frame.type === "message" && frame.files));
  const sent = new Set(server.heard.map((frame) => frame.type));
  for (const type of ["hello", "message", "history", "read", "typing", "details", "copy", "close", "rate", "ping"]) assert.ok(sent.has(type), type);
  for (const frame of server.heard) assert.deepEqual(misfits(frame, schemas.VisitorFrame), [], JSON.stringify(frame));
});

test("a frame that does not fit is noticed", () => {
  assert.deepEqual(misfits({ type: "typing", sessionId: "1", on: "yes" }, schemas.VisitorFrame), ["frame.on: string"]);
  assert.notDeepEqual(misfits({ type: "shout" }, schemas.VisitorFrame), []);
});

test("whatever happens in a chat has its words", () => {
  assert.deepEqual(Object.keys(text.event).sort(), [...schemas.ChatEvent.enum ?? schemas.ChatEvent.oneOf.flatMap((one) => one.enum)].sort());
});
