// A line that swallows every byte without closing: people know within 40 seconds, nothing they typed is lost or sent
// twice, and within five seconds of its return everything is there.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, live, person, signIn, write } from "../lib/browser.js";
import { writeAsClient } from "../lib/client.js";
import { Proxy } from "../lib/proxy.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
const REPLY = "Yes, we can look at it on Thursday.";
let server, proxy, browser, anna, page;
let open, other; // ids of two messages
let dead, back; // when the line died and came back

before(async () => {
  proxy = await Proxy.make();
  server = await Server.make({
    via: proxy,
    demo: ["--messages", "30", "--seed", "7"],
    env: { TEKVWARHO_RATE_LIMITS: "off" },
  });
  browser = await launch();
  anna = await person(browser, server, { baseURL: proxy.url });
  page = anna.page;
  [{ id: open }, { id: other }] = await server.api("/api/admin/messages?status=new&limit=2");
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await proxy?.close();
});

const log = () => page.getByRole("log", { name: "Conversation" });
const field = () => page.getByLabel(/^Reply to/);
const row = (id) => page.locator(`[data-message="${id}"]`);
const since = (time) => (Date.now() - time) / 1000;

/** Times that something was stored in the thread. */
const stored = async (id, content) =>
  (await server.api(`/api/admin/messages/${id}`)).thread.filter((item) => item.content === content).length;

/** Waits as long as is left of `seconds` after that time. */
async function within(seconds, time, what, locator, state = "visible") {
  await locator.first().waitFor({ state, timeout: Math.max(1, seconds * 1000 - (Date.now() - time)) });
  console.log(`    ${what}: after ${since(time).toFixed(1)} s`);
}

const clientWrites = (name) =>
  writeAsClient(server, { name, email: "hedy@client.example", message: "Can you call me back, please?" });

step("the line lives", async () => {
  await page.goto(`/admin/messages/${open}`);
  await log().waitFor();
  await live(page);
  anna.watch.expect(/ws\/chat|WebSocket|ERR_|Failed to load resource/);
});

step("a reply on a dead line ends with a message, and its text stays", async () => {
  await write(page, "r");
  await page.keyboard.insertText(REPLY);
  proxy.swallow();
  dead = Date.now();
  await page.keyboard.press("Control+Enter");
  await page.getByRole("button", { name: "Send reply", disabled: false }).and(page.locator("[aria-busy]")).waitFor();
  await within(22, dead, "the reply gave up", page.getByText("your reply may not have been sent"));
  assert.equal(await field().inputValue(), REPLY);
  assert.equal(await page.locator("[data-composer] [aria-busy]").count(), 0);
  await page.locator("[data-composer]").getByRole("button", { name: "Try again" }).waitFor();
});

step("within 40 seconds of silence the dashboard says so, once", async () => {
  await within(40, dead, "the mark", page.getByTitle("Live updates are reconnecting"), "attached");
  await within(40, dead, "the words", page.getByText("The server isn’t responding"));
  assert.equal(await page.getByText(/isn’t responding|cannot be reached|You are offline/).count(), 1);
});

step("a conversation that is opened meanwhile turns into a failure with a way on", async () => {
  await clientWrites("Hedy Lamarr");
  const opened = Date.now();
  await row(other).getByRole("link").click();
  const failure = page.locator(".detail").getByRole("alert");
  await within(20, opened, "the failure", failure.getByText("No response from the server"));
  await failure.getByRole("button", { name: "Try again" }).waitFor();
  assert.equal(await row(other).count(), 1, "the list is still there");
});

step("within five seconds of its return everything is there", async () => {
  proxy.pass();
  back = Date.now();
  await Promise.all([
    within(5, back, "live", page.getByTitle("Live updates are on"), "attached"),
    within(5, back, "the conversation", log()),
    within(5, back, "the new message", page.getByRole("button", { name: "1 new message" })),
    within(5, back, "the words are gone", page.getByText("The server isn’t responding"), "hidden"),
  ]);
});

step("the reply is still there, can be sent again, and is stored once", async () => {
  assert.equal(await stored(open, REPLY), 0);
  await row(open).getByRole("link").click();
  await field().waitFor();
  assert.equal(await field().inputValue(), REPLY);
  await page.getByRole("button", { name: "Send reply" }).click();
  await log().getByText(REPLY).waitFor();
  assert.equal(await stored(open, REPLY), 1);
});

step("a note whose answer got lost is stored once, however often it is sent", async () => {
  const note = "They called: it is urgent.";
  await live(page);
  await write(page, "n");
  await page.keyboard.insertText(note);
  proxy.swallow({ down: true });
  dead = Date.now();
  await page.keyboard.press("Control+Enter");
  await until("the server has it", async () => (await stored(open, note)) === 1);
  await within(45, dead, "the note gave up", page.getByText("your note may not have been added"));
  const again = page.locator("[data-composer]").getByRole("button", { name: "Try again" });
  await again.click();
  const socket = page.waitForEvent("websocket", { timeout: 30_000 });
  proxy.pass();
  await page.getByText(/^Note added$|^Your note had already been added$/).waitFor({ timeout: 22_000 });
  await log().getByText(note).waitFor();
  assert.equal(await page.getByRole("textbox", { name: /^Reply to/ }).inputValue(), "");
  assert.equal(await stored(open, note), 1);
  await socket;
  await live(page);
});

step("a page whose list was loading comes by itself", async () => {
  const view = (name) => page.getByRole("navigation").getByRole("link", { name });
  await view(/^All/).click();
  await row(open).waitFor();
  await live(page);
  proxy.swallow();
  dead = Date.now();
  await view(/^Replied/).click();
  await within(
    20,
    dead,
    "the failure",
    page.locator(".list").getByRole("alert").getByText("No response from the server"),
  );
  await within(40, dead, "the mark", page.getByTitle("Live updates are reconnecting"), "attached");
  proxy.pass();
  back = Date.now();
  await Promise.all([
    within(5, back, "live", page.getByTitle("Live updates are on"), "attached"),
    within(5, back, "the list", row(open)),
  ]);
});

step("no browser complained", () => anna.watch.assertQuiet());
