// The console of chats: what it says of visitors, of what is new, and of who may write, and that nothing of it is cut off.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { live } from "../lib/browser.js";
import { ADMIN } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { BEN, two } from "../lib/two.js";
import { until } from "../lib/until.js";
import { Visitor } from "../lib/visitor.js";

const step = story();
let server, browser, anna, ben, ada, eve;

before(async () => {
  ({ server, browser, anna, ben } = await two());
  ada = await Visitor.make(browser, server, { name: "Ada Lovelace", email: "ada@client.example" });
  eve = await Visitor.make(browser, server);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const row = ({ page }, visitor) => page.locator(`[data-chat="${visitor.id}"]`);
const article = ({ page }) => page.locator("article");
const composer = ({ page }) => page.locator("[data-composer]");
const open = async (staff, visitor, search = "") => {
  await staff.page.goto(`/admin/chats/${visitor.id}${search}`);
  await article(staff).getByRole("log").waitFor();
  await live(staff.page);
};

step("visitors without a name can be told apart, in the list and above the conversation", async () => {
  await eve.says("Is anybody there?");
  await ada.says("Hello, do you also do small jobs?");
  await anna.page.goto("/admin/chats");
  const name = `Visitor ${eve.id.slice(-4).toUpperCase()}`;
  await row(anna, eve).getByText(name).waitFor();
  await row(anna, ada).getByText("Ada Lovelace").waitFor();
  await row(anna, eve).click();
  await article(anna).getByRole("heading", { name }).waitFor();
  await row(anna, eve).locator(".at").getByText("/about").waitFor();
});

step("whoever leaves the site has left, and whoever comes back is there", async () => {
  await open(anna, ada);
  const { id, token } = ada;
  await article(anna).getByText("On the site").waitFor();
  await ada.goes();
  await article(anna).getByText("Left the site").waitFor();
  await until("the row says so", async () => (await row(anna, ada).getByText("On the site").count()) === 0);
  await article(anna).getByRole("button", { name: "Take chat" }).click();
  await composer(anna)
    .getByText("The visitor has left the site. If they don’t come back soon, your reply is sent by email.")
    .waitFor();
  await ada.connect({ resume: { sessionId: id, token, lastSeq: 0 } });
  await article(anna).getByText("On the site").waitFor();
  await row(anna, ada).getByText("On the site").waitFor({ state: "attached" });
  await composer(anna).getByText("The visitor has left the site.").waitFor({ state: "detached" });
});

step("the last line is that of whoever wrote it, and not of whoever has the chat", async () => {
  await composer(anna).locator("textarea").fill("Yes, we do.");
  await anna.page.keyboard.press("Enter");
  await row(anna, ada)
    .getByText(/^Anna:\s*Yes, we do\.$/)
    .waitFor();
});

step("what a colleague passes on is new until it is opened, and then nobody else’s to reply to", async () => {
  await ben.page.goto("/admin/chats");
  await live(ben.page);
  await ben.page.locator("main").getByRole("switch", { name: "Available for chats" }).click();
  await anna.page.getByText("1 available").waitFor();
  await anna.page.keyboard.press("Escape");
  await anna.page.keyboard.press("a");
  const dialog = anna.page.getByRole("dialog", { name: "Transfer chat" });
  assert.ok(await dialog.getByRole("radio", { name: BEN.name }).isChecked(), "there is nobody else");
  await dialog.getByRole("button", { name: "Transfer" }).click();
  await row(ben, ada).getByText("New", { exact: true }).waitFor();
  await row(ben, ada).click();
  await row(ben, ada).getByText("New", { exact: true }).waitFor({ state: "detached" });
  await article(ben).getByText("With you", { exact: true }).waitFor();

  const reply = composer(anna).getByRole("button", { name: "Reply", exact: true });
  await composer(anna).getByText(`${BEN.name} has this chat. You can add notes.`).waitFor();
  await until("only notes", () => reply.isDisabled());
  await composer(anna).getByLabel("Note", { exact: true }).fill("Mind the printer.");
  await anna.page.keyboard.press("Enter");
  await article(ben).getByText("Mind the printer.").waitFor();
  assert.ok(await reply.isDisabled(), "still");
});

step("the history says who did what", async () => {
  await anna.page.reload();
  const facts = anna.page.getByRole("complementary", { name: "About the visitor" });
  await facts.getByText(`${ADMIN.name} added a note`, { exact: true }).waitFor();
  assert.doesNotMatch(await facts.textContent(), /a chat/);
});

step("a chat that was missed is read by whoever opens it", async () => {
  await eve.send("close");
  await anna.page.goto("/admin/chats?view=missed");
  await live(anna.page);
  await row(anna, eve).getByText("1 unread message").waitFor({ state: "attached" });
  await row(anna, eve).click();
  await composer(anna).getByText("This chat is closed. You can add notes.").waitFor();
  await row(anna, eve).getByText("1 unread message").waitFor({ state: "detached" });
  await anna.page.reload();
  await row(anna, eve).waitFor();
  assert.equal(await row(anna, eve).getByText("unread").count(), 0);
  await composer(anna).getByRole("button", { name: "Reopen to reply" }).click();
  await composer(anna)
    .getByLabel(/^Reply to Visitor/)
    .waitFor();
});

step("a search says what other views have, and shows it", async () => {
  await anna.page.goto("/admin/chats?view=closed");
  await anna.page.getByLabel("Search chats").fill("small jobs");
  await anna.page.getByText("No matching chats").waitFor();
  await anna.page.getByText("1 chat in other views: All").waitFor();
  await anna.page.getByRole("button", { name: "Search all chats" }).click();
  await row(anna, ada).waitFor();
});

step("nothing is cut off while somebody waits, at any width", async () => {
  const zoe = await Visitor.make(browser, server, { name: "Zoe" });
  await zoe.says("I have a question.");
  for (const width of [1024, 1280, 1600, 360]) {
    await anna.page.setViewportSize({ width, height: 800 });
    await (width === 360 ? anna.page.goto("/admin/chats") : open(anna, ada));
    const head = anna.page.locator("section.pane > header");
    await head.getByRole("button", { name: "Take next" }).waitFor();
    const cut = await head.evaluate((it) => {
      const pane = it.getBoundingClientRect();
      return [...it.querySelectorAll("button, input, .view, .team, .total")]
        .filter((one) => {
          const { left, right } = one.getBoundingClientRect();
          return (
            left < pane.left || right > pane.right || (!one.matches("input") && one.scrollWidth > one.clientWidth + 1)
          );
        })
        .map((one) => one.outerHTML);
    });
    assert.deepEqual(cut, [], `at ${width}`);
    assert.deepEqual(await axe(anna.page), [], `at ${width}`);
  }
});

step("on a phone, notes are offered at once, and nothing covers the buttons that remove texts", async () => {
  await open(anna, eve);
  await composer(anna).getByRole("button", { name: "Note", exact: true }).waitFor();
  await article(anna).getByRole("button", { name: "More" }).click();
  await anna.page.getByRole("menuitem", { name: "Remove the text of a message" }).click();
  const last = anna.page.getByRole("button", { name: "Remove text “Is anybody there?”" });
  await last.click();
  await anna.page.getByRole("dialog", { name: "Remove the text of this message?" }).waitFor();
});

step("no browser complained", async () => {
  for (const staff of [anna, ben]) staff.watch.assertQuiet();
});
