// The inbox is arranged: rules for new messages, saved filters, colours of tags, and messages that are deleted.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { live } from "../lib/browser.js";
import { writeAsClient } from "../lib/client.js";
import { story } from "../lib/steps.js";
import { two } from "../lib/two.js";
import { until } from "../lib/until.js";

const step = story();
let server, browser, anna, ben, page;

before(async () => {
  ({ server, browser, anna, ben } = await two());
  page = anna.page;
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const write = (name, message, more = {}) =>
  writeAsClient(server, { name, email: `${name.toLowerCase()}@client.example`, message, ...more });
const detail = (id) => server.api(`/api/admin/messages/${id}`);
const row = (name, on = page) => on.locator("[data-message]").filter({ hasText: name });

step("without rules, the page says what they are for", async () => {
  await page.goto("/admin/messages");
  await page.getByRole("button", { name: "List options" }).click();
  await page.getByRole("menuitem", { name: "Rules for new messages" }).click();
  await page.getByRole("heading", { name: "Rules for new messages", level: 1 }).waitFor();
  await page.getByText("No rules yet").waitFor();
  await axe(page);
});

step("a rule that does nothing is refused with the reason", async () => {
  await page.getByRole("button", { name: "New rule" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Shops");
  anna.watch.expect(/status of 422/);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Choose what the rule does: assign, tag, or set a status.").waitFor();
  await axe(page);
});

step("rules are added, read as sentences, and sort what comes", async () => {
  await page.getByLabel("Contains").fill("web shop*\nonline store");
  await page.getByLabel("Assign it to").selectOption({ label: "Ben Okafor" });
  await page.getByLabel("Add tags").fill("Shop, Urgent");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("With “web shop*” or “online store”").waitFor();
  await page.getByText("Assign to Ben Okafor, tag shop, urgent").waitFor();
  await page.getByRole("button", { name: "New rule" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Adverts");
  await page.getByLabel("Contains").fill("cheap pills");
  await page.getByLabel("Set its status to").selectOption({ label: "Spam" });
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Move to Spam").waitFor();
  await axe(page);
  const met = await detail(await write("Grace", "Do you build web shops?"));
  assert.deepEqual([met.assignedTo?.name, met.tags, met.status], ["Ben Okafor", ["shop", "urgent"], "new"]);
  assert.equal((await detail(await write("Pete", "Cheap pills for everyone"))).status, "spam");
  assert.equal((await detail(await write("Ada", "A question about our network"))).assignedTo, null);
});

step("the order of rules changes by keyboard, and focus stays with the rule", async () => {
  const names = () => page.locator("[data-rule] b").allTextContents();
  assert.deepEqual(await names(), ["Shops", "Adverts"]);
  await page.getByRole("button", { name: "Move Shops down" }).focus();
  await page.keyboard.press("Enter");
  await until("the order is kept", async () => (await server.api("/api/admin/message-rules"))[0].name === "Adverts");
  assert.deepEqual(await names(), ["Adverts", "Shops"]);
  const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
  assert.equal(await focused(), "Edit rule: Shops", "another press does not move it back");
});

step("a rule is turned off and deleted", async () => {
  await page.getByRole("button", { name: "Turn off: Shops" }).click();
  await page.getByText("Rule turned off").waitFor();
  assert.deepEqual((await detail(await write("Bo", "A web shop, please"))).tags, []);
  await page.getByRole("button", { name: "Turn on: Shops" }).waitFor();
  await page.getByRole("button", { name: "Edit rule: Adverts" }).click();
  assert.equal(await page.getByLabel("Contains").inputValue(), "cheap pills");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Delete rule: Adverts" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete rule" }).click();
  await page.getByText("Rule deleted").waitFor();
  await until("one rule is left", async () => (await server.api("/api/admin/message-rules")).length === 1);
});

step("a tag gets a colour that everybody sees", async () => {
  await ben.page.goto("/admin/messages");
  await live(ben.page);
  await page.goto("/admin/messages");
  await live(page);
  await page.getByRole("button", { name: "List options" }).click();
  await page.getByRole("menuitem", { name: "Tag colours" }).click();
  await page.getByLabel("Colour of urgent").selectOption({ label: "Red" });
  await page.getByLabel("Colour of shop").selectOption({ label: "Yellow" });
  await page.locator(".tag[data-colour=yellow]").filter({ hasText: "shop" }).first().waitFor();
  await axe(page);
  await page.keyboard.press("Escape");
  const tag = () => row("Grace", ben.page).locator("[data-colour=red]");
  await ben.page.reload();
  await tag().waitFor();
});

step("filters are saved under a name, shared, and found in the list of views", async () => {
  await page.goto("/admin/messages?view=all&tag=urgent");
  await row("Grace").waitFor();
  await page.getByRole("button", { name: "Save these filters" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Pressing");
  await page.getByLabel("Share with everyone").check();
  await axe(page);
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("“Pressing” saved.").waitFor();
  await page.getByRole("button", { name: "Pressing: choose a view" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Save these filters" }).count(), 0);

  await ben.page.reload();
  await ben.page.getByRole("button", { name: "Open: choose a view" }).click();
  await ben.page.getByRole("menuitemradio", { name: "Pressing" }).click();
  await ben.page.waitForURL(/view=all&tag=urgent/);
  await row("Grace", ben.page).waitFor();
  await until("the others are gone", async () => (await ben.page.locator("[data-message]").count()) === 1);
});

step("saved filters are renamed and deleted", async () => {
  await page.getByRole("button", { name: "Pressing: choose a view" }).click();
  await page.getByRole("menuitem", { name: "Manage saved filters" }).click();
  await page.getByLabel("Rename “Pressing”").fill("Hot");
  await page.getByLabel("Rename “Pressing”").press("Enter");
  await page.getByLabel("Rename “Hot”").waitFor();
  await axe(page);
  await page.getByRole("button", { name: "Delete “Hot”" }).click();
  await page.getByText("No saved filters yet.").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "All: choose a view" }).waitFor();
});

step("an open message is deleted, and everything comes back with undo", async () => {
  const [{ id }] = await server.api("/api/admin/messages?q=grace");
  await server.api(`/api/admin/messages/${id}/notes`, "POST", { content: "She called twice." });
  await page.goto(`/admin/messages/${id}?view=all`);
  await ben.page.goto(`/admin/messages/${id}?view=all`);
  await page.getByText("She called twice.", { exact: true }).waitFor();
  await live(page);
  await live(ben.page);
  ben.watch.expect(/status of 404/);
  await ben.page.getByRole("textbox", { name: /Reply to Grace/ }).fill("We see her");
  await page.getByRole("article").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Delete", exact: true }).click();
  await page.getByText("Message deleted").waitFor();
  await until("it is gone", async () => (await row("Grace").count()) === 0);
  // What Ben was writing stays under his hands.
  await ben.page.getByText("This message was deleted.").waitFor();
  await ben.page.keyboard.type("e");
  assert.equal(await ben.page.getByRole("textbox", { name: /Reply to Grace/ }).inputValue(), "We see here");
  assert.equal((await server.api("/api/admin/messages/counts")).archived, 0);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone").waitFor();
  await row("Grace").waitFor();
  await until("it is there again", async () => (await ben.page.getByText("This message was deleted.").count()) === 0);
  const back = await detail(id);
  assert.deepEqual([back.thread.length, back.tags], [1, ["shop", "urgent"]]);
});

step("spam is deleted in bulk, and comes back", async () => {
  for (const name of ["Quin", "Rob"]) {
    const id = await write(name, "Hello");
    await server.api(`/api/admin/messages/${id}`, "PATCH", { status: "spam" });
  }
  await page.goto("/admin/messages?view=spam");
  await row("Quin").waitFor();
  await page.getByLabel("Select all loaded messages").check();
  await page.getByText("3 selected").waitFor();
  await page.getByRole("toolbar").getByRole("button", { name: "Delete" }).click();
  await page.getByText("3 messages deleted").waitFor();
  await page.getByText("No messages here").waitFor();
  assert.equal((await server.api("/api/admin/messages/counts")).spam, 0);
  await page.getByRole("button", { name: "Undo" }).click();
  await row("Rob").waitFor();
  assert.equal((await server.api("/api/admin/messages/counts")).spam, 3);
});

step("no browser complained", () => {
  anna.watch.assertQuiet();
  ben.watch.assertQuiet();
});
