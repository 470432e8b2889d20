// Two tabs of one person with one draft: one writes, the other says so, and no text is lost.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn, write } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const SAYS = "This draft is also open in another tab.";
const step = story();
let server, browser, desk, first, second, address;

before(async () => {
  server = await Server.make({ demo: ["--messages", "30", "--seed", "7"] });
  browser = await launch();
  desk = await person(browser, server);
  first = desk.page;
  await signIn(first);
  const [{ id }] = await server.api("/api/admin/messages?status=new&limit=1");
  address = `/admin/messages/${id}?view=all`;
  second = await desk.context.newPage();
  await show(first);
  await show(second);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

async function show(page) {
  await page.goto(address);
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  await live(page);
}
const field = (page) => page.locator("article textarea");
const reads = (page, text) => until(`the tab shows “${text}”`, async () => (await field(page).inputValue()) === text);
const writable = (page) =>
  until("the tab can write", async () => (await field(page).evaluate((area) => !area.readOnly)) === true);
const says = (page) => page.getByText(SAYS).waitFor();

step("nobody is told anything while nothing is written", async () => {
  await write(first, "r");
  await write(second, "r");
  for (const page of [first, second]) {
    assert.equal(await page.getByText(SAYS).count(), 0);
    await writable(page);
  }
});

step("the tab that was second shows what the first writes, and says where", async () => {
  await field(first).pressSequentially("Good morning");
  await says(second);
  await reads(second, "Good morning");
  assert.equal(await field(second).evaluate((area) => area.readOnly), true);
  assert.equal(await second.getByRole("button", { name: "Send reply" }).isDisabled(), true);
  await field(first).press("End");
  await first.keyboard.type(", Ada");
  await reads(second, "Good morning, Ada");
  assert.equal(await first.getByText(SAYS).count(), 0);
  for (const colorScheme of ["light", "dark"]) {
    await second.emulateMedia({ colorScheme });
    assert.deepEqual(await axe(second), [], colorScheme);
  }
});

step("a tab that is opened later says so at once", async () => {
  await show(second);
  await says(second);
  await reads(second, "Good morning, Ada");
});

step("“Write here instead” takes the draft over, and the other tab reads on", async () => {
  await second.keyboard.press("r");
  await until("the key leads to the button", () =>
    second.evaluate(() => document.activeElement?.textContent?.trim() === "Write here instead"),
  );
  await second.keyboard.press("Enter");
  await writable(second);
  await until("the field has the focus", () => field(second).evaluate((area) => area === document.activeElement));
  await second.keyboard.type(". Thank you");
  await says(first);
  await reads(first, "Good morning, Ada. Thank you");
  assert.equal(await field(first).evaluate((area) => area.readOnly), true);
});

step("and back, in a note as in a reply", async () => {
  await first.getByRole("button", { name: "Write here instead" }).click();
  await writable(first);
  await says(second);
  await first.getByRole("button", { name: "Note", exact: true }).click();
  await first.keyboard.press("End");
  await first.keyboard.type("!");
  await reads(second, "Good morning, Ada. Thank you!");
  await until("the second shows a note too", () =>
    second.getByRole("button", { name: "Note", exact: true, pressed: true }).isVisible(),
  );
});

step("a closed tab leaves its newest text to the other", async () => {
  await field(first).fill("The newest text");
  await first.close();
  await writable(second);
  await reads(second, "The newest text");
  assert.equal(await second.getByText(SAYS).count(), 0);
  first = await desk.context.newPage();
  await show(first);
  await says(first);
});

step("of three tabs, the one that was asked for writes", async () => {
  const third = await desk.context.newPage();
  await show(third);
  await says(third);
  await third.getByRole("button", { name: "Write here instead" }).click();
  await writable(third);
  await third.keyboard.type(", from the third");
  for (const page of [first, second]) {
    await says(page);
    await reads(page, "The newest text, from the third");
  }
  await third.close();
  await until("exactly one of the others goes on", async () => {
    const told = await Promise.all([first, second].map((page) => page.getByText(SAYS).count()));
    return told[0] + told[1] === 1;
  });
});

step("what is being sent is handed over only afterwards", async () => {
  const [writer, reader] = (await first.getByText(SAYS).count()) ? [second, first] : [first, second];
  let go;
  const held = new Promise((done) => (go = done));
  await writer.route("**/notes", (route) => held.then(() => route.continue()));
  const asked = writer.waitForRequest("**/notes");
  await writer.getByRole("button", { name: "Add note" }).click();
  await asked;
  await reader.getByRole("button", { name: "Write here instead" }).click();
  const since = Date.now();
  await until("a tab that does not answer would be overruled", () => Date.now() - since > 1_500);
  assert.equal(await field(reader).evaluate((area) => area.readOnly), true, "it waits");
  go();
  await writable(reader);
  await reads(reader, "");
  await writer.unroute("**/notes");
  const thread = reader.getByRole("log", { name: "Conversation" });
  await thread.getByText("from the third").waitFor();
  assert.equal(await thread.getByText("from the third").count(), 1);
  for (const page of [first, second]) await page.getByText(SAYS).waitFor({ state: "detached" });
});

step("a text that the browser could not store is not lost to the other tab", async () => {
  await first.evaluate(() => {
    Storage.prototype.setItem = () => {
      throw new DOMException("full", "QuotaExceededError");
    };
  });
  await field(first).fill("Kept only here");
  await field(second).fill("Typed there");
  await says(first);
  await reads(first, "Kept only here");
  await first.getByRole("button", { name: "Write here instead" }).click();
  await reads(first, "Typed there\n\nKept only here");
  await says(second);
});

step("without locks, as on plain http, the tabs still agree", async () => {
  const other = await person(browser, server);
  await other.context.addInitScript(() => Object.defineProperty(Navigator.prototype, "locks", { value: undefined }));
  const [left, right] = [other.page, await other.context.newPage()];
  await signIn(left);
  await show(left);
  await show(right);
  await field(left).fill("From the left");
  await reads(right, "From the left");
  await field(right).press("End");
  await right.keyboard.type(", and from the right");
  await says(left);
  await reads(left, "From the left, and from the right");
  await left.getByRole("button", { name: "Write here instead" }).click();
  await writable(left);
  await says(right);
  await left.keyboard.type(". Both");
  await reads(right, "From the left, and from the right. Both");
  other.watch.assertQuiet();
  await other.context.close();
});

step("no browser complained", () => desk.watch.assertQuiet());
