// The chat of the site as a visitor knows it: nothing that was written gets lost, whatever happens to page and network.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, person } from "../lib/browser.js";
import { Proxy } from "../lib/proxy.js";
import { Server } from "../lib/server.js";
import { StaffSocket } from "../lib/staff-socket.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
let server, proxy, browser, staff, visitor, page;
let session; // the visitor's
let dead; // when the line died
const sockets = []; // of the visitor's page

before(async () => {
  proxy = await Proxy.make();
  server = await Server.make({ via: proxy, env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" } });
  browser = await launch();
  await server.api("/api/admin/settings", "PATCH", { "chat.hours": "own", "chat.weekly": [] });
  visitor = await person(browser, server, { baseURL: proxy.url });
  page = visitor.page;
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await proxy?.close();
});

const launcher = (on = page) => on.locator(".chat-open");
const panel = (on = page) => on.locator(".chat-panel");
const log = (on = page) => on.getByRole("log", { name: "Conversation" });
const field = (on = page) => panel(on).getByRole("textbox", { name: "Your message" });
const texts = (on = page) => log(on).locator(".chat-text").allTextContents();
const since = (time) => (Date.now() - time) / 1000;
const isFocused = (locator) => locator.evaluate((node) => node === document.activeElement);
const stored = () => page.evaluate(() => Object.keys(localStorage));

/** What the server has stored of the session, in order. */
async function rows(of = session) {
  const lines = await server.api(`/api/admin/chats/${of}/messages`);
  return lines.filter((line) => line.from !== "system").map((line) => line.content);
}

async function say(content, on = page) {
  await field(on).fill(content);
  await field(on).press("Enter");
  await log(on).getByText(content, { exact: true }).waitFor();
}

step("while nobody takes chats it is a form, and nothing is connected or stored", async () => {
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto("/");
  await launcher().waitFor();
  assert.equal(await launcher().getAttribute("aria-expanded"), "false");
  const script = page.waitForRequest(/\/chat-(?!launcher|page)[^/]*\.js$/);
  await launcher().hover();
  await script;
  await launcher().click();
  await panel().getByText("Nobody is available right now.").waitFor();
  assert.ok(await isFocused(panel().getByLabel("Your name")), "one can write at once");
  assert.deepEqual([await stored(), sockets], [[], []]);
  await page.keyboard.press("Escape");
});

step("with somebody there it is a chat, which connects once it is opened", async () => {
  staff = await StaffSocket.open(server);
  await page.reload();
  await launcher().click();
  await log().getByText("Hello! How can we help?").waitFor();
  assert.ok(await isFocused(field()), "one can write at once");
  await until("it is connected", () => sockets.length === 1);
  assert.deepEqual(await stored(), [], "looking at it stores nothing that stays");
});

step("a line arrives, is marked as sent, and staff get it as it was written", async () => {
  await say("Is <b>Monday</b> fine?\u00a0\\o/");
  await log().getByText("Sent").waitFor();
  session = await page.evaluate(() => JSON.parse(localStorage.getItem("chat")).sessionId);
  await staff.hears({ type: "session", sessionId: session });
  assert.deepEqual(await rows(), ["Is <b>Monday</b> fine?\u00a0\\o/"]);
});

step("staff reply: their name, their typing, their line, and what they have read", async () => {
  await staff.claim(session);
  await panel().getByRole("heading", { name: "Anna Virtanen" }).waitFor();
  await staff.send({ type: "typing", sessionId: session, on: true });
  await panel().getByText("Anna Virtanen is typing").waitFor();
  await staff.say(session, "Yes. See https://firm.example/monday.");
  await log().getByRole("link", { name: "https://firm.example/monday" }).waitFor();
  await panel().getByText("Anna Virtanen is typing").waitFor({ state: "hidden" });
  await staff.send({ type: "read", sessionId: session, seq: 1 });
  await log().getByText("Read", { exact: true }).waitFor();
  await staff.hears({ type: "read", sessionId: session, by: "visitor" });
});

step("staff see that the visitor types, and that they stop", async () => {
  await field().pressSequentially("Hm");
  await staff.hears({ type: "typing", sessionId: session, from: "visitor", on: true });
  await field().fill("");
  await staff.hears({ type: "typing", sessionId: session, from: "visitor", on: false });
});

step("who they are is asked once, may stay unsaid, and reaches staff", async () => {
  await panel().getByText("Leave your email in case we get disconnected.").waitFor();
  await panel().getByLabel("Email").fill("not an address");
  await panel().getByRole("button", { name: "Save" }).click();
  await panel().getByText("Enter a complete email address").waitFor();
  await panel().getByLabel("Your name").fill("Ada Lovelace");
  await panel().getByLabel("Email").fill("ada@client.example");
  await panel().getByRole("button", { name: "Save" }).click();
  await panel().getByText("Leave your email in case we get disconnected.").waitFor({ state: "detached" });
  await staff.hears({
    type: "session",
    sessionId: session,
    visitorName: "Ada Lovelace",
    visitorEmail: "ada@client.example",
  });
});

step("a reload and another page show all of it, and what was being typed", async () => {
  await field().fill("Half a thou");
  await page.reload();
  await log().getByText("See https://firm.example/monday.").waitFor();
  assert.equal(await field().inputValue(), "Half a thou");
  await page.goto("/services");
  await until("all lines are there", async () => (await texts()).length === 2);
  assert.equal(await field().inputValue(), "Half a thou");
  await field().fill("");
});

step("a second tab is live too, and both have each line once", async () => {
  const other = await visitor.context.newPage();
  await other.goto("/");
  await launcher(other).click();
  await until("the history is there", async () => (await texts(other)).length === 2);
  await say("From the second tab", other);
  await log().getByText("From the second tab", { exact: true }).waitFor();
  await say("From the first tab");
  await log(other).getByText("From the first tab", { exact: true }).waitFor();
  // The other tab shows it before it is stored.
  await until("it is stored", async () => (await rows()).includes("From the first tab"));
  await staff.say(session, "To both");
  for (const on of [page, other]) {
    await log(on).getByText("To both", { exact: true }).waitFor();
    assert.deepEqual((await texts(on)).slice(2), ["From the second tab", "From the first tab", "To both"]);
  }
  await other.close();
});

step("Escape closes it and gives the focus back; replies are counted then", async () => {
  await field().focus();
  await page.keyboard.press("Escape");
  await panel().waitFor({ state: "hidden" });
  assert.ok(await isFocused(launcher()));
  await staff.say(session, "Are you still there?");
  await page.getByRole("button", { name: "Chat, 1 new reply" }).waitFor();
  assert.match(await page.title(), /^\(1\) /);
  await page.goto("/terms-of-service");
  await page.getByRole("button", { name: "Chat, 1 new reply" }).click();
  await log().getByText("Are you still there?").waitFor();
  await until("nothing is new any more", async () => !(await page.title()).startsWith("("));
  await staff.hears({ type: "read", sessionId: session, by: "visitor", seq: (await rows()).length + 1 });
});

step(
  "a line that dies in silence is noticed, and what was written meanwhile arrives once",
  async () => {
    visitor.watch.expect(/ws\/chat|WebSocket|ERR_|Failed to load resource/);
    proxy.swallow();
    dead = Date.now();
    await say("Into the void");
    await log().getByText("Sending", { exact: true }).waitFor();
    await staff.say(session, "Not heard at first");
    await panel().getByText("Your messages are saved.").waitFor({ timeout: 40_000 });
    assert.ok(since(dead) < 40, `${since(dead)} s`);
    proxy.pass();
    const back = Date.now();
    await log().getByText("Not heard at first").waitFor({ timeout: 20_000 });
    await log().getByText("Sent", { exact: true }).waitFor();
    console.log(
      `    noticed after ${((back - dead) / 1000).toFixed(1)} s, whole again ${since(back).toFixed(1)} s after the return`,
    );
    assert.deepEqual((await rows()).slice(-2).toSorted(), ["Into the void", "Not heard at first"]);
    assert.deepEqual((await texts()).slice(-2), (await rows()).slice(-2), "in the order in which they are stored");
  },
  { timeout: 120_000 },
);

step(
  "silence while nobody writes is over within 40 seconds too",
  async () => {
    await log().getByText("Sent", { exact: true }).waitFor();
    proxy.swallow();
    dead = Date.now();
    await staff.say(session, "While nobody wrote");
    proxy.pass();
    await log().getByText("While nobody wrote").waitFor({ timeout: 40_000 });
    console.log(`    the line came after ${since(dead).toFixed(1)} s`);
    assert.ok(since(dead) < 40, `${since(dead)} s`);
    proxy.bury();
  },
  { timeout: 90_000 },
);

step("a page that is left before its line was taken: the next page sends it", async () => {
  const other = await person(browser, server, { baseURL: proxy.url });
  let swallows = true;
  await other.context.routeWebSocket(/ws\/chat/, (socket) => swallows || socket.connectToServer());
  await other.page.goto("/");
  await launcher(other.page).click();
  await say("Left behind", other.page);
  await log(other.page).getByText("Sending", { exact: true }).waitFor();
  swallows = false;
  await other.page.goto("/contact");
  await log(other.page).getByText("Sent", { exact: true }).waitFor();
  assert.deepEqual(await texts(other.page), ["Left behind"]);
  const { sessionId } = await other.page.evaluate(() => JSON.parse(localStorage.getItem("chat")));
  assert.deepEqual(await rows(sessionId), ["Left behind"]);
  other.watch.assertQuiet();
  await other.context.close();
});

step(
  "a server that restarts loses nothing",
  async () => {
    await server.stop();
    await say("While you were away");
    await server.start();
    await log().getByText("Sent", { exact: true }).waitFor({ timeout: 30_000 });
    assert.equal((await rows()).at(-1), "While you were away");
    assert.equal((await texts()).filter((content) => content === "While you were away").length, 1);
    await staff.connect();
    await staff.follow(session);
  },
  { timeout: 90_000 },
);

step("a device without a network says so", async () => {
  await visitor.context.setOffline(true);
  await panel().getByText("You're offline.").waitFor();
  await visitor.context.setOffline(false);
  await panel().getByText("You're offline.").waitFor({ state: "hidden" });
});

step("a text that is too long stays, and it is said by how much", async () => {
  await field().fill("x".repeat(4_002));
  await field().press("Enter");
  await panel().getByText("2 characters too long").waitFor();
  assert.equal((await field().inputValue()).length, 4_002);
  await field().fill("");
});

step("ending it, rating it, and beginning anew", async () => {
  await panel().getByRole("button", { name: "More" }).click();
  await panel().getByRole("button", { name: "End this chat" }).click();
  await log().getByText("You have ended the chat.").waitFor();
  await panel().getByRole("radio", { name: "4 of 5" }).check({ force: true });
  await panel().getByLabel("Anything you'd like to add?").fill("Quick and kind.");
  await panel().getByRole("button", { name: "Send rating" }).click();
  await panel().getByText("We read every rating.").waitFor();
  await until("it is stored", async () => (await server.api(`/api/admin/chats/${session}`)).rating === 4);
  await page.reload();
  await panel().getByText("We read every rating.").waitFor();
  await panel().getByRole("button", { name: "Start a new chat" }).click();
  await until("it is empty", async () => (await texts()).length === 0);
  await say("Something else");
  await log().getByText("Sent", { exact: true }).waitFor();
  assert.notEqual(await page.evaluate(() => JSON.parse(localStorage.getItem("chat")).sessionId), session);
});

step("axe finds nothing, and 320 pixels are enough", async () => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.reload();
    await log().getByText("Something else").waitFor();
    assert.deepEqual(await axe(page), [], colorScheme);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  await page.reload();
  await launcher().click();
  await field().waitFor();
  assert.deepEqual(await axe(page), []);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320);
  assert.ok(await page.locator("main").evaluate((node) => node.inert), "the page behind it cannot be reached");
  const sizes = await panel()
    .locator("input:not([type=file]), textarea, select")
    .evaluateAll((all) => all.map((node) => parseFloat(getComputedStyle(node).fontSize)));
  assert.ok(
    sizes.every((size) => size >= 16),
    "phones zoom into smaller fields",
  );
  await panel().getByRole("button", { name: "Close chat" }).click();
  assert.ok(!(await page.locator("main").evaluate((node) => node.inert)));
  await page.setViewportSize({ width: 1280, height: 860 });
});

step("outside the hours it is a form whose message lands in the inbox", async () => {
  const someday = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"][(new Date().getDay() + 3) % 7];
  await server.api("/api/admin/settings", "PATCH", {
    "chat.weekly": [{ day: someday, opens: "09:00", closes: "17:00" }],
  });
  const other = await person(browser, server, { baseURL: proxy.url });
  await other.page.goto("/");
  await launcher(other.page).click();
  const form = panel(other.page);
  await form.getByText("Nobody is available right now.").waitFor();
  await form.getByText(/Back .* \(your time\)/).waitFor();
  assert.deepEqual(await axe(other.page), []);
  await form.getByRole("button", { name: "Send message" }).click();
  await form.getByText("Please tell us your name.").waitFor();
  await form.getByLabel("Your name").fill("Grace Hopper");
  await form.getByLabel("Email").fill("grace@client.example");
  await form.getByLabel("Your message").fill("Please call me about the compiler.");
  await form.getByRole("button", { name: "Send message" }).click();
  await form.getByRole("heading", { name: "We have your message" }).waitFor();
  const [message] = await server.api("/api/admin/messages?limit=1");
  assert.equal(message.name, "Grace Hopper");
  other.watch.assertQuiet();
  await other.context.close();
});

step("a conversation that has begun goes on outside the hours", async () => {
  await page.reload();
  await launcher().click();
  await log().getByText("Something else").waitFor();
  await server.api("/api/admin/settings", "PATCH", { "chat.weekly": [] });
});

step("the mailed link shows the conversation, hides its code, and can write", async () => {
  const { sessionId, token } = await page.evaluate(() => JSON.parse(localStorage.getItem("chat")));
  const other = await person(browser, server, { baseURL: proxy.url });
  await other.page.goto(`/chat/${sessionId}#${token}`);
  const talk = other.page.getByRole("log", { name: "Conversation" });
  await talk.getByText("Something else").waitFor();
  assert.equal(new URL(other.page.url()).hash, "");
  assert.equal(await launcher(other.page).count(), 0, "the chat is here already");
  await other.page.getByRole("textbox", { name: "Your message" }).fill("By the link");
  await other.page.keyboard.press("Enter");
  await talk.getByText("Sent", { exact: true }).waitFor();
  await log().getByText("By the link").waitFor();
  assert.deepEqual(await axe(other.page), []);
  await other.page.reload();
  await talk.getByText("By the link").waitFor();
  await other.context.close();
});

step("a wrong code is refused kindly", async () => {
  const { sessionId } = await page.evaluate(() => JSON.parse(localStorage.getItem("chat")));
  const other = await person(browser, server, { baseURL: proxy.url });
  await other.page.goto(`/chat/${sessionId}#guess`);
  await other.page.getByRole("alert").getByText("doesn't open a conversation").waitFor();
  await other.page.getByLabel("Code from the email").waitFor();
  assert.deepEqual(await axe(other.page), []);
  await other.context.close();
});

step("by the setting it connects without being opened, and says nothing of the visitor until it is", async () => {
  await server.api("/api/admin/settings", "PATCH", { "chat.connect": "load" });
  const other = await person(browser, server, { baseURL: proxy.url });
  const sent = [];
  other.page.on("websocket", (socket) => socket.on("framesent", ({ payload }) => sent.push(JSON.parse(payload))));
  const hellos = () => sent.filter((frame) => frame.type === "hello");
  await other.page.goto("/services");
  await until("it has connected", () => hellos().length === 1);
  assert.deepEqual(Object.keys(hellos()[0]), ["type"]);
  await launcher(other.page).click();
  await until("it says where they are", () => hellos().at(-1).url?.endsWith("/services"));
  other.watch.assertQuiet();
  await other.context.close();
  await server.api("/api/admin/settings", "PATCH", { "chat.connect": "intent" });
});

step("notifications are asked for only on request, and print shows no chat", async () => {
  await visitor.context.grantPermissions(["notifications"], { origin: proxy.url });
  await panel().getByRole("button", { name: "More" }).click();
  await panel().getByRole("button", { name: "Notify me of replies" }).click();
  await panel().getByText("You'll be notified of replies").waitFor();
  await panel().getByRole("button", { name: "Close chat" }).click();
  assert.ok(await launcher().isVisible());
  await page.emulateMedia({ media: "print" });
  assert.ok(!(await launcher().isVisible()));
  await page.emulateMedia({ media: "screen" });
});

step("without scripts, and with the chat off, there is no launcher", async () => {
  const plain = await person(browser, server, { baseURL: proxy.url, javaScriptEnabled: false });
  await plain.page.goto("/");
  assert.ok(!(await launcher(plain.page).isVisible()));
  await plain.context.close();
  await server.api("/api/admin/settings", "PATCH", { "chat.enabled": false });
  await page.goto("/");
  assert.equal(await launcher().count(), 0);
  await server.api("/api/admin/settings", "PATCH", { "chat.enabled": true });
});

step("no browser complained", () => visitor.watch.assertQuiet());
