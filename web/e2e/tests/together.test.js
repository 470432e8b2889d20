// Two staff and a client: who writes, what came meanwhile, replies that can be undone, colleagues named in a note.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { live } from "../lib/browser.js";
import { replyAsClient, seenByClient, writeAsClient } from "../lib/client.js";
import { Mail } from "../lib/mail.js";
import { story } from "../lib/steps.js";
import { BEN, two } from "../lib/two.js";
import { until } from "../lib/until.js";

const step = story();
const CLIENT = "grace@client.example";
let server, mail, browser, anna, ben, page, id;

before(async () => {
  mail = await Mail.make();
  ({ server, browser, anna, ben } = await two({ SMTP_URL: mail.url }));
  page = anna.page;
  id = await writeAsClient(server, { name: "Grace Hopper", email: CLIENT, message: "Our mainframe stands still." });
  for (const one of [page, ben.page]) {
    await one.goto(`/admin/messages/${id}?view=all`);
    await live(one);
    await field(one).waitFor();
  }
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

const field = (on) => on.getByRole("textbox", { name: "Reply to Grace Hopper" });
const note = (on) => on.getByRole("textbox", { name: "Note" });
const send = (on) => on.getByRole("button", { name: "Send reply" });
const conversation = (on) => on.getByRole("log", { name: "Conversation" });
const news = (on) => on.getByRole("region", { name: "New since you started writing" });

step("a colleague sees who looks, who writes, and when they stop", async () => {
  await page.getByText("Ben Okafor is looking at this too").waitFor();
  await field(ben.page).fill("Good morn");
  await page.getByText("Ben Okafor is writing").waitFor();
  await field(ben.page).fill("");
  await page.getByText("Ben Okafor is looking at this too").waitFor();
  assert.equal(await page.getByText("Ben Okafor is writing").count(), 0);
});

step("what a client wrote meanwhile is shown before a reply leaves", async () => {
  await field(page).fill("Shall we come on Monday?");
  await replyAsClient(server, id, "Never mind, it runs again.");
  await conversation(page).getByText("Never mind, it runs again.").waitFor();
  await send(page).click();
  await news(page).getByText("Never mind, it runs again.").waitFor();
  await axe(page);
  assert.deepEqual(await seenByClient(server, id), ["Never mind, it runs again."]);
  await page.getByRole("button", { name: "Keep writing" }).click();
  await news(page).waitFor({ state: "detached" });
  assert.equal(await field(page).inputValue(), "Shall we come on Monday?");
  // It was shown: the next attempt leaves.
  await field(page).fill("Glad to hear it.");
  await send(page).click();
  await page.getByText("Reply sent").waitFor();
});

step("a reply that is undone comes back into the field, and the client never saw it", async () => {
  await conversation(page).getByText("Going out in a few seconds").waitFor();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone").waitFor();
  await until("the text is back", async () => (await field(page).inputValue()) === "Glad to hear it.");
  assert.deepEqual(await seenByClient(server, id), ["Never mind, it runs again."]);
  await conversation(page).getByText("Glad to hear it.").waitFor({ state: "detached" });
  assert.equal(mail.to(CLIENT).filter((one) => one.text.includes("Glad to hear it.")).length, 0);
});

step("a reply can be undone in the conversation, also after the page was loaded again", async () => {
  await send(page).click();
  await page.getByText("Reply sent").waitFor();
  await page.reload();
  await conversation(page).getByRole("button", { name: "Take back" }).click();
  await page.getByText("Undone").waitFor();
  await until("the text is back", async () => (await field(page).inputValue()) === "Glad to hear it.");
  assert.deepEqual(await seenByClient(server, id), ["Never mind, it runs again."]);
});

step("undone from another page, it waits as a draft", async () => {
  await page.goto("/admin/messages?view=all");
  await page.locator(`[data-message="${id}"]`).click();
  await field(page).fill("One more thing.");
  await send(page).click();
  await page.getByText("Reply sent").waitFor();
  await page.getByRole("link", { name: "Dashboard" }).first().click();
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone").waitFor();
  await page.goBack();
  await page.locator(`[data-message="${id}"]`).getByText("Draft").waitFor();
  await until("the text is back", async () => (await field(page).inputValue()) === "One more thing.");
});

step("of two who reply at once, the second sees the first one’s reply before theirs leaves", async () => {
  await field(ben.page).fill("I will call you.");
  anna.watch.expect(/409/);
  // Anna's page has not heard of it yet.
  await page.route(`**/api/admin/messages/${id}`, (route) => route.abort());
  anna.watch.expect(/ERR_FAILED/);
  await send(ben.page).click();
  await ben.page.getByText("Reply sent").waitFor();
  await page.unroute(`**/api/admin/messages/${id}`);
  await send(page).click();
  await news(page).getByText("I will call you.").waitFor();
  await news(page).getByText("Ben Okafor").waitFor();
  await page.getByRole("button", { name: "Send anyway" }).click();
  await page.getByText("Reply sent").waitFor();
  await mail.arrives(CLIENT, "Re:");
});

step("a colleague named in a note gets a notice that leads there", async () => {
  await ben.page.goto("/admin/");
  await live(ben.page);
  await field(page).focus();
  await page.getByRole("button", { name: "Note", exact: true }).click();
  await note(page).pressSequentially("Please ask @be");
  await page.getByRole("option", { name: "Ben Okafor" }).waitFor();
  await axe(page);
  await page.keyboard.press("Enter");
  await until("the name is there", async () => (await note(page).inputValue()) === "Please ask @Ben Okafor ");
  await note(page).pressSequentially("when.");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByText("Note added").waitFor();
  await ben.page.getByRole("button", { name: /^Notifications/ }).click();
  await ben.page.getByText("Anna Virtanen mentioned you in a note about Grace Hopper").click();
  await conversation(ben.page).getByText("Please ask @Ben Okafor when.").waitFor();
  // He was there to see it.
  assert.equal(mail.to(BEN.email).filter((one) => one.headers.subject.includes("mentioned you")).length, 0);
});

step("the time to undo is a setting, and nothing can be undone with 0", async () => {
  await server.api("/api/admin/settings", "PATCH", { "mail.undoSendSeconds": 0 });
  await page.goto(`/admin/messages/${id}?view=all`);
  await field(page).fill("At once.");
  await send(page).click();
  await page.getByText("Reply sent").waitFor();
  assert.equal(await page.getByRole("button", { name: "Undo" }).count(), 0);
  await until("it left", async () => mail.to(CLIENT).some((one) => one.text.includes("At once.")));
});

step("no browser complained", () => {
  anna.watch.assertQuiet();
  ben.watch.assertQuiet();
});
