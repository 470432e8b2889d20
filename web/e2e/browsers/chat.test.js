// A visitor's chat: what they write gets through whatever happens to page, server and network, and so do files.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Proxy } from "../lib/proxy.js";
import { Server } from "../lib/server.js";
import { StaffSocket } from "../lib/staff-socket.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";
import { inEach } from "./each.js";
import { Tab } from "./tab.js";

const PICTURE = fileURLToPath(new URL("../../site/src/apple-touch-icon.png", import.meta.url));
const LAUNCHER = { css: ".chat-open" };
const FIELD = { css: ".chat-panel textarea", name: "Your message" };
const line = (text) => ({ css: ".chat-text", text });
const mark = (text) => ({ css: ".chat-mark", text });
const strip = (text) => ({ css: ".chat-strip", text });

inEach("a visitor's chat", (Browser) => {
  const step = story();
  let proxy, server, tab, staff, session;

  before(async () => {
    proxy = await Proxy.make();
    server = await Server.make({ via: proxy, env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" } });
    await server.api("/api/admin/settings", "PATCH", { "chat.hours": "own", "chat.weekly": [] });
    staff = await StaffSocket.open(server);
    tab = await Tab.open(Browser, proxy.url);
  });
  after(async () => {
    await tab?.close();
    await server?.remove();
    await proxy?.close();
  });

  /** What the server has stored, in order; a line of files is their names. */
  const stored = async () =>
    (await server.api(`/api/admin/chats/${session}/messages`))
      .filter(({ from }) => from !== "system")
      .map(({ content, files = [] }) => content || files.map(({ name }) => name).join());
  const shown = () => tab.run(() => [...document.querySelectorAll(".chat-text")].map((node) => node.textContent));

  step("it opens, greets, and can be written in at once", async () => {
    await tab.goto("/");
    await tab.picture("site");
    await tab.click(LAUNCHER);
    await tab.sees({ css: ".chat-log", text: "Hello! How can we help?" });
    assert.ok(await tab.run(() => document.activeElement.matches(".chat-panel textarea")));
  });

  step("a line arrives as it was written, and is marked as sent", async () => {
    await tab.type(FIELD, "Is <b>Monday</b> fine?\n");
    await tab.sees(mark("Sent"));
    session = await tab.run(() => JSON.parse(localStorage.getItem("chat")).sessionId);
    await staff.hears({ type: "session", sessionId: session });
    assert.deepEqual(await stored(), ["Is <b>Monday</b> fine?"]);
  });

  step("the reply of staff arrives, with their name and their typing", async () => {
    await staff.claim(session);
    await tab.sees({ css: ".chat-panel h2", text: "Anna Virtanen" });
    staff.send({ type: "typing", sessionId: session, on: true });
    await tab.sees({ css: ".chat-typing", text: "Anna Virtanen is typing" });
    await staff.say(session, "Monday is fine.");
    await tab.sees(line("Monday is fine."));
    await tab.misses({ css: ".chat-typing" });
    await staff.hears({ type: "read", sessionId: session, by: "visitor" });
    await tab.picture("chat");
  });

  step("a reload keeps the conversation, and what was being typed", async () => {
    await tab.type(FIELD, "At ten");
    await tab.reload();
    await tab.sees(line("Monday is fine."));
    assert.deepEqual(await shown(), ["Is <b>Monday</b> fine?", "Monday is fine."]);
    await tab.type(FIELD, " o'clock\n");
    await tab.sees(line("At ten o'clock"));
    await tab.sees(mark("Sent"));
  });

  step("while the server is away a line waits, and then arrives once", async () => {
    await server.stop();
    await tab.type(FIELD, "Are you there?\n");
    await tab.sees(mark("Sending"));
    await tab.sees(strip("Connecting. Your messages are saved."), 30_000);
    await tab.picture("chat-waits");
    await server.start();
    await tab.sees(mark("Sent"), 30_000);
    await tab.misses(strip("Connecting"));
    assert.deepEqual(await stored(), await shown());
    assert.equal((await shown()).at(-1), "Are you there?");
    await staff.connect();
    await staff.follow(session);
  });

  step("when the network goes dead a line waits, and then arrives once", async () => {
    proxy.swallow();
    proxy.bury();
    await tab.type(FIELD, "From a tunnel\n");
    await tab.sees(mark("Sending"));
    await staff.say(session, "Can you hear us?");
    assert.ok(!(await stored()).includes("From a tunnel"));
    proxy.pass();
    proxy.bury();
    await tab.sees(line("Can you hear us?"), 30_000);
    await tab.sees(mark("Sent"), 30_000);
    assert.deepEqual(await stored(), await shown());
  });

  step("a device without a network says so", async () => {
    await tab.driver.cut(true);
    await tab.sees(strip("You're offline."));
    await tab.driver.cut(false);
    await tab.misses(strip("You're offline."));
  });

  step("a picture is sent, and shown", async () => {
    await tab.attach({ css: ".chat-panel input[type=file]" }, PICTURE);
    await tab.sees({ css: ".chat-chips", text: "apple-touch-icon.png" });
    await tab.click({ css: ".chat-panel button", name: "Send" });
    await tab.misses({ css: ".chat-chips" });
    await tab.sees(mark("Sent"), 30_000);
    await until("it is drawn", () =>
      tab.run(() => [...document.querySelectorAll(".chat-files img")].some((image) => image.naturalWidth > 0)),
    );
    assert.equal((await stored()).at(-1), "apple-touch-icon.png");
    await tab.picture("chat-file");
  });

  step("a telephone shows nothing else, and nothing of it is cut off", async () => {
    await tab.resize(360, 740);
    await tab.reload();
    await tab.click(LAUNCHER);
    await tab.sees(FIELD);
    await tab.assertNoSidewaysScrolling();
    const { left, right, bottom } = await tab.run(() =>
      document.querySelector(".chat-panel").getBoundingClientRect().toJSON(),
    );
    assert.deepEqual([left, right, bottom], [0, 360, 740]);
    await staff.say(session, "See you on Monday.");
    await tab.sees(line("See you on Monday."));
    await tab.picture("chat-phone");
    await tab.click({ css: ".chat-panel button", name: "Close chat" });
    await tab.misses({ css: ".chat-panel" });
    await tab.picture("site-phone");
  });

  step("no page complained", () => tab.assertQuiet());
});
