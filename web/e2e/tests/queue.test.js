// Two staff and their clients: the queue goes by what happens, and everybody has their own view of it.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { live } from "../lib/browser.js";
import { replyAsClient, writeAsClient } from "../lib/client.js";
import { story } from "../lib/steps.js";
import { two } from "../lib/two.js";
import { until } from "../lib/until.js";

const step = story();
let server, browser, anna, ben, page;
const ids = {};

before(async () => {
  ({ server, browser, anna, ben } = await two());
  page = anna.page;
  for (const name of ["Grace Hopper", "Alan Turing", "Radia Perlman"]) {
    const email = `${name.split(" ")[0].toLowerCase()}@client.example`;
    ids[name] = await writeAsClient(server, { name, email, message: `${name} asks.` });
  }
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const row = (on, name) => on.locator(`[data-message="${ids[name]}"]`);
const order = (on = page) => on.locator("[data-message] .name").allInnerTexts();
const orderIs = (expected, on = page) =>
  until(`the list is ${expected}`, async () => (await order(on)).join() === expected.join());

const clientReplies = (name, content) => replyAsClient(server, ids[name], content);

step("a client’s reply waits behind the pill, and is on top with its line", async () => {
  await ben.page.goto("/admin/messages");
  await live(ben.page);
  await orderIs(["Radia Perlman", "Alan Turing", "Grace Hopper"], ben.page);
  await clientReplies("Grace Hopper", "Are you still there?");
  await row(ben.page, "Grace Hopper").getByText("Are you still there?").waitFor();
  await orderIs(["Radia Perlman", "Alan Turing", "Grace Hopper"], ben.page);
  await ben.page.getByRole("button", { name: "1 new reply" }).click();
  await orderIs(["Grace Hopper", "Radia Perlman", "Alan Turing"], ben.page);
});

step("the row says who wrote last", async () => {
  await server.api(`/api/admin/messages/${ids["Alan Turing"]}/replies`, "POST", {
    content: "We can help.",
    sendEmail: false,
  });
  await ben.page.goto("/admin/messages?view=replied");
  await row(ben.page, "Alan Turing").getByText("Anna:").waitFor();
  await row(ben.page, "Alan Turing").getByText("We can help.").waitFor();
  await page.goto("/admin/messages?view=replied");
  await row(page, "Alan Turing").getByText("You:").waitFor();
});

step("what one person reads stays unread for the other", async () => {
  await ben.page.goto("/admin/messages");
  const unread = (on, name) => row(on, name).getByText("Unread", { exact: true });
  await unread(ben.page, "Grace Hopper").waitFor({ state: "attached" });
  await row(ben.page, "Grace Hopper").getByRole("link").click();
  await ben.page.getByRole("log", { name: "Conversation" }).waitFor();
  await unread(ben.page, "Grace Hopper").waitFor({ state: "detached" });
  await page.goto("/admin/messages");
  await unread(page, "Radia Perlman").waitFor({ state: "attached" });
  // Marked as unread, it closes, and the mark is one’s own.
  await ben.page.keyboard.press("m");
  await ben.page.getByText("Message marked as unread").waitFor();
  await unread(ben.page, "Grace Hopper").waitFor({ state: "attached" });
  assert.equal(new URL(ben.page.url()).pathname, "/admin/messages");
  await page.getByRole("button", { name: "List options" }).click();
  await page.getByRole("menuitem", { name: "Mark all as read" }).click();
  await unread(page, "Radia Perlman").waitFor({ state: "detached" });
  assert.equal(await unread(ben.page, "Grace Hopper").count(), 1);
});

step("the list can go by who waits longest", async () => {
  await page.getByRole("button", { name: "List options" }).click();
  await page.getByRole("menuitemradio", { name: "Longest waiting" }).click();
  await orderIs(["Grace Hopper", "Radia Perlman"]);
  assert.match(page.url(), /sort=waiting/);
  assert.deepEqual(await axe(page), []);
});

step("a message is snoozed by key, is out of sight, and taken back", async () => {
  await page.goto("/admin/messages");
  await row(page, "Radia Perlman").getByRole("link").click();
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  await page.keyboard.press("z");
  const dialog = page.getByRole("dialog", { name: "Snooze until" });
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("button", { name: /^Tomorrow/ }).click();
  await page.getByText(/Message snoozed until/).waitFor();
  await row(page, "Radia Perlman").waitFor({ state: "detached" });
  await page.getByRole("note").getByText("Snoozed until").waitFor();
  assert.deepEqual(await axe(page), []);
  await page.goto("/admin/messages?view=snoozed");
  await row(page, "Radia Perlman")
    .getByText(/^Until/)
    .waitFor();
  await row(page, "Radia Perlman").getByRole("link").click();
  await page.getByRole("button", { name: "End snooze" }).click();
  await row(page, "Radia Perlman").waitFor({ state: "detached" });
  const { snoozedUntil } = await server.api(`/api/admin/messages/${ids["Radia Perlman"]}`);
  assert.equal(snoozedUntil, null);
});

step("several are snoozed at once, and a client who writes is back", async () => {
  await page.goto("/admin/messages");
  for (const name of ["Grace Hopper", "Radia Perlman"]) await row(page, name).locator("input").click();
  await page.getByRole("toolbar").getByRole("button", { name: "Snooze" }).click();
  await page.getByRole("dialog", { name: "Snooze until" }).getByLabel("Another day").fill("2020-01-01");
  assert.ok(await page.getByRole("button", { name: "Choose", exact: true }).isDisabled());
  await page.getByRole("button", { name: /^In two weeks/ }).click();
  await page.getByText(/2 messages snoozed until/).waitFor();
  await page.getByText("Nothing is open").waitFor();
  await clientReplies("Grace Hopper", "I have found more.");
  await row(page, "Grace Hopper").getByText("I have found more.").waitFor();
});

step("a day to follow up is set and removed on the message", async () => {
  await page.goto(`/admin/messages/${ids["Alan Turing"]}?view=all`);
  await page.locator("article").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Follow up" }).click();
  await page
    .getByRole("dialog", { name: "Follow up on" })
    .getByRole("button", { name: /^In a month/ })
    .click();
  await page.getByRole("note").getByText("Follow up on").waitFor();
  assert.equal((await server.api(`/api/admin/messages/${ids["Alan Turing"]}`)).status, "replied");
  await page.getByRole("button", { name: "Remove follow-up" }).click();
  await page.getByRole("note").waitFor({ state: "detached" });
});

step("a change that follows another at once is no conflict with it", async () => {
  // The first one takes its time.
  let first = true;
  await page.route(`**/api/admin/messages/${ids["Alan Turing"]}`, async (route) => {
    if (route.request().method() !== "PATCH" || !first) return route.continue();
    first = false;
    const answer = await route.fetch();
    await page.getByRole("button", { name: "Remove follow-up" }).click();
    return route.fulfill({ response: answer });
  });
  const removed = page.waitForResponse((response) => response.request().postData() === '{"followUpOn":null}');
  await page.locator("article").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Follow up" }).click();
  await page
    .getByRole("dialog", { name: "Follow up on" })
    .getByRole("button", { name: /^Tomorrow/ })
    .click();
  assert.equal((await removed).status(), 200);
  assert.equal((await server.api(`/api/admin/messages/${ids["Alan Turing"]}`)).followUpOn, null);
  await page.unrouteAll({ behavior: "wait" });
});

step("what leaves the list does not come back while the change is on its way", async () => {
  await page.goto("/admin/messages");
  await live(page);
  await row(page, "Grace Hopper").locator("input").click();
  await page.route("**/api/admin/messages/bulk", async (route) => {
    // Something else happens meanwhile, and the page hears of it.
    const heard = page.waitForRequest("**/api/admin/messages/counts");
    await server.api(`/api/admin/messages/${ids["Alan Turing"]}/notes`, "POST", { content: "Meanwhile" });
    await heard;
    await route.continue();
  });
  await page.getByRole("toolbar").getByRole("button", { name: "Archive" }).click();
  await page.getByText("Message moved to Archived").waitFor();
  await page.getByText("Nothing is open").waitFor();
  await page.unrouteAll({ behavior: "wait" });
});

step("no browser complained", () => {
  anna.watch.assertQuiet();
  ben.watch.assertQuiet();
});
