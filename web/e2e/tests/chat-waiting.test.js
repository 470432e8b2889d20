// A visitor for whom nobody has time, as they know it: what is said, how they can be reached, and the way back to a chat.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, person } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { StaffSocket } from "../lib/staff-socket.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
const AWAY = "Nobody is available right now.";
let server, browser, staff, visitor, page, session;

before(async () => {
  server = await Server.make({ env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" } });
  browser = await launch();
  await set({ "chat.hours": "own", "chat.weekly": [], "chat.greeting": "Hello! Answers: https://firm.example/faq." });
  staff = await StaffSocket.open(server);
  visitor = await person(browser, server);
  page = visitor.page;
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const set = (values) => server.api("/api/admin/settings", "PATCH", values);
const panel = () => page.locator(".chat-panel");
const log = () => page.getByRole("log", { name: "Conversation" });
const field = () => panel().locator(".chat-write textarea");
const button = (name) => panel().getByRole("button", { name });
const texts = () => log().locator(".chat-text").allTextContents();
const open = () => page.locator(".chat-open").click();
const close = () => button("Close chat").click();
const idOf = () => page.evaluate(() => JSON.parse(localStorage.getItem("chat")).sessionId);

/** The server knows it by the next request for the settings of the chat. */
async function available(on) {
  await staff.send({ type: "available", on });
  await until("the server knows", async () => {
    const { data } = await (await fetch(`${server.url}/api/chat/config`)).json();
    return data.available === on;
  });
}

async function say(content) {
  await field().fill(content);
  await field().press("Enter");
  await log().getByText(content, { exact: true }).waitFor();
  await log().getByText("Sent", { exact: true }).waitFor();
}

step("links of the greeting can be followed", async () => {
  await available(true);
  await page.goto("/");
  await open();
  const link = log().getByRole("link", { name: "https://firm.example/faq" });
  assert.equal(await link.getAttribute("href"), "https://firm.example/faq");
});

step(
  "staff have left when the visitor writes: it is said in the conversation, once, and the email is asked for",
  async () => {
    // What the page knows is some seconds old.
    await new Promise((done) => setTimeout(done, 5_000));
    await available(false);
    await say("Is anybody there?");
    session = await idOf();
    await log().getByText(AWAY).waitFor();
    await panel().getByText("Leave your email and we'll reply there.").waitFor();
    assert.deepEqual(await axe(page), []);
    await say("Hello?");
    assert.equal(await log().getByText(AWAY).count(), 1);
    assert.equal(await page.locator(".fact-open:visible").count(), 0, "the page does not say the opposite");
  },
);

step("what was saved is confirmed, and can be changed", async () => {
  await panel().getByLabel("Email").fill("ada@cleint.example");
  await button("Save").click();
  await panel().getByText("Saved. We'll reply to ada@cleint.example if you leave.").waitFor();
  assert.deepEqual(await axe(page), []);
  await button("Edit").click();
  assert.equal(await panel().getByLabel("Email").inputValue(), "ada@cleint.example");
  await panel().getByLabel("Email").fill("ada@client.example");
  await button("Save").click();
  await panel().getByText("We'll reply to ada@client.example if you leave.").waitFor();
  await until("the server has it", async () => {
    const { visitorEmail } = await server.api(`/api/admin/chats/${session}`);
    return visitorEmail === "ada@client.example";
  });
});

step("after a reload it is said again, with the address that is known", async () => {
  await page.reload();
  await log().getByText(AWAY).waitFor();
  await panel().getByText("We'll reply to ada@client.example if you leave.").waitFor();
});

step("a page that is left goes offline at once, and back on it the chat goes on", async () => {
  await available(true);
  await staff.claim(session);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  await staff.hears({ type: "presence", sessionId: session, visitor: "offline" }, 5_000);
  await staff.say(session, "While you were elsewhere");
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })));
  await log().getByText("While you were elsewhere").waitFor();
  await until("staff see them", () => staff.heard.findLast(({ type }) => type === "presence").visitor === "online");
});

step("the rating says which end is good", async () => {
  await button("More").click();
  await button("End this chat").click();
  await panel().getByText("1 = poor").waitFor();
  assert.ok(await panel().getByText("5 = great").isVisible());
  assert.deepEqual(await axe(page), []);
});

step("a new chat leaves the old one within reach", async () => {
  await button("Start a new chat").click();
  await until("it is empty", async () => (await texts()).length === 0);
  await say("Something else");
  assert.notEqual(await idOf(), session);
  await page.reload();
  await log().getByText("Something else").waitFor();
  await button(/^Earlier conversation/).click();
  await log().getByText("Is anybody there?").waitFor();
  assert.equal(await idOf(), session);
  await log().getByText("You have ended the chat.").waitFor();
  assert.deepEqual(await axe(page), []);
  await button(/^Earlier conversation/).click();
  await log().getByText("Something else").waitFor();
});

step("the form gives way to the chat when somebody comes, with what was typed", async () => {
  await visitor.context.clearCookies();
  await page.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
  await available(false);
  await page.goto("/services");
  await open();
  await panel().getByText(AWAY).waitFor();
  await panel().getByLabel("Your name").fill("Grace Hopper");
  await panel().getByLabel("Email").fill("grace@client.example");
  await panel().getByLabel("Your message").fill("About the compiler");
  await close();
  await available(true);
  await open();
  assert.equal(await panel().getByLabel("Your message").inputValue(), "About the compiler");
  assert.deepEqual(await axe(page), []);
  await button("Somebody is here now").click();
  await log().waitFor();
  assert.equal(await field().inputValue(), "About the compiler");
  await field().press("Enter");
  await log().getByText("Sent", { exact: true }).waitFor();
  const { visitorName, visitorEmail } = await server.api(`/api/admin/chats/${await idOf()}`);
  assert.deepEqual([visitorName, visitorEmail], ["Grace Hopper", "grace@client.example"]);
});

step("who has just sent the form is not asked again who they are", async () => {
  await page.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
  await available(false);
  await page.goto("/terms-of-service");
  await open();
  await panel().getByLabel("Your name").fill("Alan Turing");
  await panel().getByLabel("Email").fill("alan@client.example");
  await panel().getByLabel("Your message").fill("Call me.");
  await button("Send message").click();
  await panel().getByRole("heading", { name: "We have your message" }).waitFor();
  await close();
  await available(true);
  await open();
  await log().waitFor();
  await say("One more thing");
  const id = await idOf();
  await until(
    "staff know who it is",
    async () => (await server.api(`/api/admin/chats/${id}`)).visitorName === "Alan Turing",
  );
  assert.equal(await panel().getByLabel("Email").count(), 0);
});

step("a chat that is switched off says so, and the text goes along to the form", async () => {
  await page.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
  await page.goto("/");
  await open();
  await log().waitFor();
  await set({ "chat.enabled": false });
  await field().fill("Too late?");
  await field().press("Enter");
  await panel().getByText("The chat has been switched off.").waitFor({ timeout: 20_000 });
  assert.deepEqual(await axe(page), []);
  await field().fill("And this.");
  await button("Send us a message instead").click();
  assert.equal(await panel().getByLabel("Your message").inputValue(), "Too late?\n\nAnd this.");
  assert.deepEqual(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("chat-out"))),
    [],
  );
  await set({ "chat.enabled": true });
});

step("no browser complained", () => visitor.watch.assertQuiet());
