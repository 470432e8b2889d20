// The staff's side of chat: two people of the firm and a visitor, with a line to the server that goes dead.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn, signOut } from "../lib/browser.js";
import { Proxy } from "../lib/proxy.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { BEN } from "../lib/two.js";
import { until } from "../lib/until.js";
import { Visitor } from "../lib/visitor.js";

const step = story();
let server, proxy, browser, anna, ben, ada;

before(async () => {
  proxy = await Proxy.make();
  server = await Server.make({
    env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" },
    staff: [ADMIN, BEN],
    via: proxy,
  });
  browser = await launch();
  const through = { url: proxy.url };
  [anna, ben] = [await person(browser, through), await person(browser, through)];
  await signIn(anna.page);
  await signIn(ben.page, BEN);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await proxy?.close();
});

const row = ({ page }, visitor = ada) => page.locator(`[data-chat="${visitor.id}"]`);
const log = ({ page }) => page.getByRole("log", { name: "Conversation" });
const field = ({ page }) => page.locator("[data-composer] textarea");
/** The texts of the conversation as it is shown, without events and notes. */
const texts = ({ page }) =>
  page.locator("[data-seq] .bubble").evaluateAll((all) => all.map((one) => one.textContent.trim()));
const menu = async ({ page }, name) => {
  await page.locator("article").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name }).click();
};

step("both become available, and each page says so", async () => {
  for (const { page } of [anna, ben]) {
    await page.goto("/admin/chats");
    await live(page);
    await page.getByText("Nobody is waiting").waitFor();
    await page.getByRole("button", { name: "Become available" }).click();
    await page.locator("main").getByRole("switch", { name: "Available for chats", checked: true }).waitFor();
  }
  await anna.page.getByText("2 available").waitFor();
});

step("a visitor writes and waits with both, counted, without a reload", async () => {
  ada = await Visitor.make(browser, { url: proxy.url }, { name: "Ada Lovelace", email: "ada@client.example" });
  await ada.says("Hello, do you also do small jobs?");
  for (const staff of [anna, ben]) {
    await row(staff).getByText("Hello, do you also do small jobs?").waitFor();
    await row(staff)
      .locator("time")
      .getByText(/^\s*Waiting for 0:\d\d/)
      .waitFor();
  }
  await anna.page
    .getByRole("navigation", { name: "Main" })
    .getByRole("link", { name: /^Chats 1/ })
    .waitFor();
  const count = () => row(anna).locator("time").textContent();
  const first = await count();
  await until("the time counts", async () => (await count()) !== first);
});

step("of two who take it at once, one has it, and the other reads who", async () => {
  // A browser of Ben's that hears of things late.
  const slow = await person(browser, { url: proxy.url });
  const held = [];
  let holding = false;
  await slow.page.routeWebSocket("**/ws/chat", (socket) => {
    const far = socket.connectToServer();
    far.onMessage((text) => (holding ? held.push(() => socket.send(text)) : socket.send(text)));
  });
  await signIn(slow.page, BEN);
  for (const { page } of [anna, slow]) {
    await page.goto(`/admin/chats/${ada.id}`);
    await page.getByRole("button", { name: "Take chat" }).waitFor();
    await live(page);
  }
  holding = true;
  await anna.page.getByRole("button", { name: "Take chat" }).click();
  await anna.page.getByText("With you", { exact: true }).waitFor();
  await slow.page.getByRole("button", { name: "Take chat" }).click();
  await until("the server has answered", () => held.length > 1);
  for (const hear of held) hear();
  holding = false;
  await slow.page.getByText(`${ADMIN.name} took this chat first.`).waitFor();
  await slow.page.getByText(`With ${ADMIN.name}`, { exact: true }).waitFor();
  slow.watch.assertQuiet();
  await slow.context.close();
  await ben.page.locator(`[data-chat="${ada.id}"]`).waitFor({ state: "detached" });
  await ben.page.goto(`/admin/chats/${ada.id}`);
  await ben.page.getByText(`${ADMIN.name} has this chat. You can add notes.`).waitFor();
});

step("a reply arrives once, and shows when the visitor has read it", async () => {
  await field(anna).click();
  await field(anna).pressSequentially("Yes, we do.");
  await ada.hears("typing", ({ on }) => on);
  await anna.page.keyboard.press("Enter");
  const line = await ada.hears("message", ({ from }) => from === "staff");
  assert.equal(line.content, "Yes, we do.");
  assert.equal(await field(anna).inputValue(), "");
  await log(anna).getByText("Sent", { exact: true }).waitFor();
  await ada.send("read", { seq: line.seq });
  await log(anna).getByText("Read", { exact: true }).waitFor();
  await log(ben).getByText("Yes, we do.").waitFor();
});

step("each sees the other write", async () => {
  await ada.send("typing", { on: true });
  await anna.page.locator(".typing").waitFor();
  await ada.says("It is about a printer.");
  await log(anna).getByText("It is about a printer.").waitFor();
  await anna.page.locator(".typing").waitFor({ state: "detached" });
  await ada.hears("read", ({ by, seq }) => by === "staff" && seq >= 4);
});

step("a canned reply is called with a slash", async () => {
  await server.api("/api/admin/canned-replies", "POST", {
    title: "Thanks",
    shortcut: "thanks",
    content: "Thank you, {{client.firstName}}.",
  });
  await anna.page.reload();
  await field(anna).click();
  await field(anna).pressSequentially("/tha");
  await anna.page.getByRole("option", { name: /Thanks.*Thank you, Ada\./ }).waitFor();
  await anna.page.keyboard.press("Enter");
  await until("the text is there", async () => (await field(anna).inputValue()) === "Thank you, Ada.");
  await anna.page.keyboard.press("Enter");
  await ada.hears("message", ({ content }) => content === "Thank you, Ada.");
});

step("a note is for staff, and names a colleague", async () => {
  await anna.page.keyboard.press("Escape");
  await anna.page.keyboard.press("n");
  await field(anna).pressSequentially("Do you know printers, @be");
  await anna.page.getByRole("option", { name: BEN.name }).waitFor();
  await anna.page.keyboard.press("Enter");
  await field(anna).pressSequentially("?");
  await anna.page.keyboard.press("Enter");
  await log(ben).getByText("Do you know printers, @Ben Okafor ?").waitFor();
  assert.ok(!JSON.stringify(ada.frames).includes("printers, @"));
});

step("what was being written survives a reload", async () => {
  await anna.page.getByRole("button", { name: "Reply", exact: true }).click();
  await field(anna).fill("Half a sentence");
  await anna.page.getByText("Draft kept on this device").waitFor();
  await anna.page.reload();
  await until("it is back", async () => (await field(anna).inputValue()) === "Half a sentence");
  await field(anna).fill("");
});

step("it is transferred with a note", async () => {
  await anna.page.locator("article").getByRole("button", { name: "Transfer" }).click();
  const dialog = anna.page.getByRole("dialog", { name: "Transfer chat" });
  // There is nobody else.
  assert.ok(await dialog.getByRole("radio", { name: BEN.name }).isChecked());
  await dialog.getByLabel("Note for your colleague").fill("Please go on, I am in a meeting.");
  assert.deepEqual(await axe(anna.page), []);
  await dialog.getByRole("button", { name: "Transfer" }).click();
  await anna.page.getByText(`With ${BEN.name}`, { exact: true }).waitFor();
  await ben.page.getByText("With you", { exact: true }).waitFor();
  await log(ben).getByText("Please go on, I am in a meeting.").waitFor();
  await field(ben).fill("Ben here. Which printer is it?");
  await ben.page.keyboard.press("Enter");
  await ada.hears("message", ({ content }) => content === "Ben here. Which printer is it?");
});

step("a reload in the middle of sending sends it once", async () => {
  await ben.page.evaluate(() => {
    // The socket of this page says nothing more.
    WebSocket.prototype.send = () => undefined;
  });
  await field(ben).fill("Once, please.");
  await ben.page.keyboard.press("Enter");
  await log(ben).getByText("Sending").waitFor();
  await ben.page.reload();
  await ada.hears("message", ({ content }) => content === "Once, please.");
  await log(ben).getByText("Once, please.").waitFor();
  await until("it is sent", async () => (await log(ben).getByText("Sending").count()) === 0);
  assert.equal((await texts(ben)).filter((content) => content === "Once, please.").length, 1);
});

step("a password is removed from a line, for everybody", async () => {
  await ada.says("my password is hunter2");
  await log(ben).getByText("my password is hunter2").waitFor();
  await menu(ben, "Remove the text of a message");
  await ben.page.getByRole("button", { name: "Remove text “my password is hunter2”" }).click();
  const dialog = ben.page.getByRole("dialog", { name: "Remove the text of this message?" });
  await dialog.getByRole("button", { name: "Remove text" }).click();
  for (const staff of [anna, ben]) {
    await log(staff).getByText("Text removed").waitFor();
    await log(staff).getByText("hunter2").waitFor({ state: "detached" });
  }
  await ada.hears("message", ({ redacted }) => redacted === true);
});

step("tags and the list's search find it", async () => {
  await ben.page.keyboard.press("Escape");
  await ben.page.keyboard.press("t");
  await ben.page.getByPlaceholder("Find a tag or write a new one").fill("printer");
  await ben.page.keyboard.press("Enter");
  await anna.page.getByRole("button", { name: "Remove tag printer" }).waitFor();
  await anna.page.goto("/admin/chats?view=all");
  await anna.page.getByLabel("Search chats").fill("which printer");
  await row(anna).waitFor();
  await anna.page.getByLabel("Search chats").fill("no such words");
  await anna.page.getByText("No matching chats").waitFor();
});

step("it is closed, and reopened", async () => {
  await anna.page.goto(`/admin/chats/${ada.id}`);
  await log(anna).waitFor();
  await ben.page.locator("article").getByRole("button", { name: "Close chat" }).click();
  await anna.page.locator("article").getByText("Closed", { exact: true }).waitFor();
  await ada.hears("session", ({ status }) => status === "closed");
  await anna.page.locator("article").getByRole("button", { name: "Reopen chat" }).first().click();
  await anna.page.getByText("With you", { exact: true }).waitFor();
  await menu(anna, "Return to the queue");
  await row(ben).waitFor();
});

step("everything by keyboard: w takes the next one and writes", async () => {
  await ben.page.goto("/admin/chats");
  await live(ben.page);
  await row(ben).waitFor();
  await ben.page.keyboard.press("w");
  await ben.page.waitForFunction(() => document.activeElement?.matches("article textarea"));
  await ben.page.keyboard.type("By keyboard.");
  await ben.page.keyboard.press("Enter");
  await ada.hears("message", ({ content }) => content === "By keyboard.");
  await ben.page.keyboard.press("Escape");
  await ben.page.keyboard.press("e");
  await ben.page.locator("article").getByText("Closed", { exact: true }).waitFor();
});

step("the transcript is a file, and the chat can become a message", async () => {
  const file = ben.page.waitForEvent("download");
  await menu(ben, "Download transcript as text");
  assert.match((await file).suggestedFilename(), /\.txt$/);
  await menu(ben, "Turn into a message");
  await ben.page.waitForURL(/\/admin\/messages\//);
  await ben.page.getByText("Which printer is it?").first().waitFor();
});

step("a visitor is marked as spam and blocked", async () => {
  const eve = await Visitor.make(browser, { url: proxy.url }, { name: "Eve" });
  await eve.says("BUY NOW");
  await anna.page.goto(`/admin/chats/${eve.id}`);
  await menu(anna, "Mark as spam");
  await anna.page.locator("article").getByText("Spam", { exact: true }).waitFor();
  await menu(anna, "Block visitor");
  await anna.page.getByRole("option", { name: "A week", exact: true }).click();
  await anna.page.getByText("Blocked until").waitFor();
  await eve.send("message", { clientId: "again", content: "BUY NOW" });
  await eve.hears("error", ({ clientId }) => clientId === "again");
  // Nobody else behind her address is blocked.
  await menu(anna, "Unblock visitor");
  await anna.page.getByText("Blocked until").waitFor({ state: "detached" });
  await anna.page.goto("/admin/chats?view=spam");
  await row(anna, eve).waitFor();
  await eve.leave();
});

step("who signs out elsewhere is out here, and nothing of it stays", async () => {
  await ben.page.goto("/admin/chats");
  await live(ben.page);
  const other = await ben.context.newPage();
  await other.goto("/admin/");
  await signOut(other);
  await ben.page.waitForURL(/\/admin\/login/);
  const kept = await ben.page.evaluate(() =>
    Object.keys(localStorage).filter((key) => key.startsWith("tekvwarho:chat:")),
  );
  assert.deepEqual(kept, []);
});

step("axe finds nothing, in the list and in a conversation, on a phone as well", async () => {
  for (const path of ["/admin/chats?view=all", `/admin/chats/${ada.id}?view=all`])
    for (const width of [1280, 360]) {
      await anna.page.setViewportSize({ width, height: 800 });
      await anna.page.goto(path);
      await anna.page
        .locator(path.includes(ada.id) ? "article [data-composer]" : "[data-chat]")
        .first()
        .waitFor();
      assert.deepEqual(await axe(anna.page), [], `${path} at ${width}`);
      assert.ok(
        await anna.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
        `${path} at ${width}`,
      );
    }
});

step(
  "a line that is swallowed is noticed, and nothing is lost or doubled",
  async () => {
    anna.watch.expect(/ERR_|WebSocket|Failed to load/);
    await anna.page.setViewportSize({ width: 1280, height: 860 });
    await anna.page.goto(`/admin/chats/${ada.id}`);
    await live(anna.page);
    await anna.page.locator("article").getByRole("button", { name: "Reopen chat" }).click();
    await anna.page.getByText("With you", { exact: true }).waitFor();
    proxy.swallow();
    const began = Date.now();
    await field(anna).fill("Written into the void.");
    await anna.page.keyboard.press("Enter");
    await log(anna).getByText("Sending").waitFor();
    const noticed = () => anna.page.getByText("The server isn’t responding.").isVisible();
    await until("the page notices", noticed, 45_000);
    const after = Date.now();
    proxy.pass();
    // The visitor comes back first, and writes.
    const { id, token } = ada;
    await ada.connect({ resume: { sessionId: id, token, lastSeq: 0 } });
    await ada.says("Are you still there?");
    const sent = () => ada.replies.filter((content) => content === "Written into the void.").length === 1;
    await until("it has gone out", sent, 40_000 - (Date.now() - began));
    console.log(
      `    noticed after ${((after - began) / 1000).toFixed(1)} s, sent ${Date.now() - after} ms after it was back`,
    );
    const stored = await server.api(`/api/admin/chats/${id}/messages?limit=200`);
    const written = stored
      .filter(({ from }) => from !== "system")
      .map((one) => (one.redacted ? "Text removed" : one.content));
    await until(
      "the page shows what is stored",
      async () => JSON.stringify(await texts(anna)) === JSON.stringify(written),
    );
    await until("nothing is on its way", async () => (await log(anna).getByText("Sending").count()) === 0);
  },
  { timeout: 120_000 },
);

step("no browser complained", async () => {
  for (const staff of [anna, ben]) staff.watch.assertQuiet();
});
