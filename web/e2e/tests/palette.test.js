// The palette: settings, people and actions by the words that people use, for those who may open them.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn } from "../lib/browser.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const BO = { email: "bo@firm.example", name: "Bo Lindqvist", role: "staff", password: "four-grey-herons" };
const step = story();
let server, browser, desk, bo, page;

before(async () => {
  server = await Server.make({ staff: [ADMIN, BO], demo: ["--messages", "20", "--seed", "7"] });
  browser = await launch();
  [desk, bo] = [await person(browser, server, { acceptDownloads: true }), await person(browser, server)];
  page = desk.page;
  await signIn(page);
  await live(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const field = (on) => on.getByRole("combobox", { name: "Search and commands" });
const options = (on) => on.getByRole("dialog", { name: "Search and commands" }).getByRole("option");
/** What is offered: label and, where there is one, detail. */
async function type(words, on = page) {
  if (!(await field(on).isVisible())) await on.keyboard.press("Control+k");
  await field(on).fill(words);
}
const offered = (on = page) =>
  options(on).evaluateAll((rows) =>
    rows.map((row) => row.querySelector(".label").textContent + (row.querySelector(".detail")?.textContent ?? "")),
  );
async function offers(words, label, on = page) {
  await type(words, on);
  return until(`“${words}” offers “${label}”`, async () => (await offered(on)).some((row) => row.startsWith(label)));
}
async function choose(words, label) {
  await offers(words, label);
  await options(page).filter({ hasText: label }).first().click();
  await field(page).waitFor({ state: "hidden" });
}
const focused = (selector) =>
  until(`the focus is in ${selector}`, () =>
    page.evaluate((wanted) => document.activeElement?.closest(wanted) !== null, selector),
  );

step("usual words find what is meant", async () => {
  for (const [words, label] of [
    ["hours", "Weekly hours"],
    ["opening times", "Weekly hours"],
    ["holiday", "Holidays"],
    ["invite", "Invite a person"],
    ["mail", "Sender name"],
    ["smtp", "Send a test email"],
    ["logo", "Logo"],
    ["homepage", "Website"],
    ["faq", "Common questions"],
    ["colour", "Accent colour"],
    ["color", "Accent colour"],
    ["password", "Your password"],
    ["passw", "Minimum password length"],
    ["2fa", "Your second factor"],
    ["sign out", "Sign out"],
    ["log out", "Sign out"],
    ["dark", "Dark theme"],
    ["spam", "Messages: Spam"],
    ["spam", "Blocked senders"],
    ["spam", "Weekly list of spam"],
    ["export", "Export messages"],
    ["download audit", "Export the audit trail"],
    ["tokens", "API tokens"],
    ["sessions", "Your devices"],
    ["session timeout", "How long a session lasts"],
    ["gdpr", "Privacy"],
    ["notifications", "Notifications"],
  ])
    await offers(words, label);
});

step("titles come before other words, and beginnings of words count", async () => {
  await offers("hours", "Time zone");
  const rows = await offered();
  assert.ok(rows[0].startsWith("Hours"), rows[0]);
  const at = (label) => rows.findIndex((row) => row.startsWith(label));
  assert.ok(at("Weekly hours") < at("Holidays"));
  await type("mail");
  await until("mail leads to the email settings first", async () => (await offered())[0] === "EmailSettings");
  await type("hours");
  await page.getByText("Related", { exact: true }).waitFor();
  assert.deepEqual(await axe(page), []);
  await type("ours");
  await until("nothing fits", async () => !(await offered()).some((row) => row.startsWith("Weekly")));
  await page.keyboard.press("Escape");
  await field(page).waitFor({ state: "hidden" });
});

step("a setting leads to its field, from anywhere and from its own page", async () => {
  await choose("opening times", "Weekly hours");
  await page.waitForURL(/settings\/hours$/);
  await focused("[data-key='hours.weekly']");
  await choose("holiday", "Holidays");
  await focused("[data-key='hours.holidays']");
  await choose("vat", "Company register");
  await page.waitForURL(/settings\/firm$/);
  await focused("[data-key='firm.registration'] input");
  await choose("lockout", "Wrong passwords");
  await focused("[data-key='security.lockoutAccount'] input");
  const box = await page.locator("[data-key='security.lockoutAccount']").boundingBox();
  assert.ok(box.y > 0 && box.y < 800, "it is in sight");
  await choose("smtp", "Send a test email");
  await focused("#test-mail");
});

step("actions open what they say", async () => {
  await choose("invite", "Invite a person");
  await page.getByRole("dialog", { name: "Invite a person" }).waitFor();
  assert.match(page.url(), /\/staff$/, "a reload does not open it again");
  await page.keyboard.press("Escape");
  await choose("csv colleagues", "Import people");
  await page.getByRole("dialog", { name: "Import people" }).waitFor();
  await page.keyboard.press("Escape");
  await choose("create key", "New API token");
  await page.getByRole("dialog", { name: "New token" }).waitFor();
  await page.keyboard.press("Escape");
  await choose("snippet", "New canned reply");
  await page.getByRole("dialog", { name: "New canned reply" }).waitFor();
  await page.keyboard.press("Escape");
  await choose("export", "Export messages");
  await page.getByRole("menuitem", { name: "Export as CSV" }).waitFor();
  await page.keyboard.press("Escape");
  await choose("blocklist", "Blocked senders");
  await page.getByRole("dialog", { name: "Blocked senders" }).waitFor();
  await page.keyboard.press("Escape");
  await choose("export log", "Export the audit trail");
  await page.getByRole("menuitem", { name: "Export as CSV" }).waitFor();
  await page.keyboard.press("Escape");
  await choose("tampered", "Verify the audit trail");
  await focused("#verify");
});

step("parts of the profile are found from another page and on it", async () => {
  await choose("2fa", "Your second factor");
  await page.waitForURL(/profile$/);
  await focused("#factors h2");
  await choose("sign out other devices", "Your devices");
  await focused("#devices h2");
  // The same kind of link, to the content as a whole.
  await page.getByRole("link", { name: "Skip to content" }).press("Enter");
  await until("the content has the focus", () => page.evaluate(() => document.activeElement?.id === "main"));
});

step("people are found by name and email", async () => {
  for (const words of ["lindq", "bo@firm"]) {
    await type(words);
    await options(page).filter({ hasText: BO.email }).waitFor();
  }
  await options(page).filter({ hasText: BO.email }).click();
  await page.getByRole("heading", { name: BO.name }).waitFor();
});

step("nobody is offered what they may not open", async () => {
  await signIn(bo.page, BO);
  await live(bo.page);
  await offers("spam", "Blocked senders", bo.page);
  for (const [words, label] of [
    ["holiday", "Holidays"],
    ["hours", "Hours"],
    ["smtp", "Send a test email"],
    ["invite", "Invite a person"],
    ["anna", ADMIN.name],
    ["tokens", "API tokens"],
    ["create key", "New API token"],
    ["audit", "Export the audit trail"],
  ]) {
    await type(words, bo.page);
    await until("the search is over", () =>
      bo.page.locator("[role=listbox]").evaluate((list) => list.ariaBusy === "false"),
    );
    assert.ok(!(await offered(bo.page)).some((row) => row.startsWith(label)), `${words}: ${label}`);
  }
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  bo.watch.assertQuiet();
});
