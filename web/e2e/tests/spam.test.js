// What may be spam: a client in a hurry is seen, a pest is blocked, and nobody is lost.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn } from "../lib/browser.js";
import { writeAsClient } from "../lib/client.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
let server, browser, staff, page;

before(async () => {
  server = await Server.make({ env: { TEKVWARHO_RATE_LIMITS: "off" } });
  browser = await launch();
  staff = await person(browser, server);
  page = staff.page;
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const write = (over) =>
  writeAsClient(server, { name: "Radia Perlman", email: "radia@client.example", message: "Hello", ...over });

const doubt = () => page.getByRole("note");
const row = (name) => page.locator("[data-message]", { hasText: name });

step("one sign of spam makes a message doubtful, and the dashboard says why", async () => {
  await write({ name: "Grace Hopper", message: "Please look at [url=ours.example]our site[/url]." });
  await page.goto("/admin/messages");
  await row("Grace Hopper").getByText("Maybe spam").waitFor();
  await row("Grace Hopper").getByRole("link").click();
  await doubt().getByText("it contains link code for forums").waitFor();
  await doubt().getByText("The sender got no confirmation.").waitFor();
  assert.deepEqual(await axe(page), []);
});

step("a look ends the doubt, and undo brings it back", async () => {
  await doubt().getByRole("button", { name: "Not spam" }).click();
  await doubt().waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).click();
  await doubt().waitFor();
  await doubt().getByRole("button", { name: "Not spam" }).click();
  await doubt().waitFor({ state: "detached" });
  await row("Grace Hopper").getByText("Maybe spam").waitFor({ state: "detached" });
});

step("several signs are filed as spam, and one click makes it a message again", async () => {
  await write({ name: "Ada Byron", message: "[url=x]Online casino[/url] at http://casino.example" });
  await page.goto("/admin/messages?view=spam");
  await row("Ada Byron").getByRole("link").click();
  await doubt().getByText("In Spam. What looks like spam:").waitFor();
  await doubt().getByRole("button", { name: "Not spam" }).click();
  await doubt().waitFor({ state: "detached" });
  await until("it is open", async () => (await server.api("/api/admin/messages/counts")).spam === 0);
});

step("what a blocked sender writes is spam until somebody unblocks them", async () => {
  await write({ name: "Pest One" });
  await page.goto("/admin/messages");
  await live(page);
  await row("Pest One").getByRole("link").click();
  await page.locator("article").getByRole("button", { name: "More" }).click();
  await page.getByRole("menuitem", { name: "Block sender" }).click();
  await page.getByText("Sender blocked, message moved to Spam").waitFor();
  await doubt().getByText("This sender is blocked.").waitFor();
  await write({ name: "Pest Two", email: "RADIA@client.example" });
  await until("both are spam", async () => (await server.api("/api/admin/messages/counts")).spam === 2);

  await page.getByRole("button", { name: "List options" }).click();
  await page.getByRole("menuitem", { name: "Blocked senders" }).click();
  const dialog = page.getByRole("dialog", { name: "Blocked senders" });
  await dialog.getByText("radia@client.example").waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog.getByRole("button", { name: "Unblock radia@client.example" }).click();
  await dialog.getByText("Nobody is blocked.").waitFor();
  await page.keyboard.press("Escape");
  await write({ name: "Pest Three" });
  await until("it is open", async () => (await server.api("/api/admin/messages/counts")).spam === 2);
});

step("the dashboard says since when email has not left, and that the disk is nearly full", async () => {
  await page.route("**/api/admin/dashboard", async (route) => {
    const answer = await route.fetch();
    const body = await answer.json();
    Object.assign(body.data, {
      mailTrouble: { since: "2026-01-31T09:00:00Z", reason: "sign_in", waiting: 3 },
      diskFree: 123_000_000,
    });
    await route.fulfill({ response: answer, json: body });
  });
  await page.goto("/admin/");
  await page.getByRole("heading", { name: /Email has not been leaving since .*31 January 2026/ }).waitFor();
  await page.getByText("The mail server refuses the user name or password. 3 emails wait").waitFor();
  const trouble = page.locator("section", { hasText: "Email has not been leaving" });
  await trouble.getByRole("link", { name: "Send a test email" }).waitFor();
  await page.getByRole("heading", { name: "Only 123 MB of disk space left" }).waitFor();
  assert.deepEqual(await axe(page), []);
  // A response still on its way when the browser closes would fail the file.
  await page.unrouteAll({ behavior: "wait" });
  staff.watch.assertQuiet();
});
