// What is shown only once: leaving before it is saved asks, whichever way one leaves; afterwards nothing asks.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { totp } from "../lib/authenticators.js";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn } from "../lib/browser.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
let server, browser, desk, page;
/** The browser’s own question about closing the tab, as often as it came. */
let asked = 0;

before(async () => {
  server = await Server.make();
  browser = await launch();
  desk = await person(browser, server, { permissions: ["clipboard-read", "clipboard-write"] });
  page = desk.page;
  page.on("dialog", async (dialog) => {
    asked += dialog.type() === "beforeunload";
    await dialog.dismiss();
  });
  // Before her sign-in requires a code.
  await server.api("/api/auth/me");
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const question = (name) => page.getByRole("dialog", { name });
const lost = () => question("Leave without the token?");
const token = () => page.getByRole("dialog", { name: "Copy the token now" });
async function clean() {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await axe(page), [], colorScheme);
  }
}
async function make(name) {
  await page.getByRole("link", { name: "API tokens" }).click();
  await page.getByRole("button", { name: "New token" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.getByRole("checkbox", { name: "Messages" }).check();
  await page.getByRole("button", { name: "Create token" }).click();
  await token().waitFor();
}
async function closeTab() {
  const before = asked;
  await page.close({ runBeforeUnload: true });
  return until("the browser has asked or closed", () => (asked > before ? "asked" : page.isClosed() && "closed"));
}

step("a new token that was not copied: Escape asks, and what it shows stays", async () => {
  await make("Report");
  const made = await token().getByRole("textbox").inputValue();
  await page.keyboard.press("Escape");
  await lost().getByText("You haven’t copied the token “Report” yet").waitFor();
  await clean();
  await lost().getByRole("button", { name: "Stay" }).click();
  assert.equal(await token().getByRole("textbox").inputValue(), made);
});

step("so do going back and closing the tab", async () => {
  await page.evaluate(() => history.back());
  await lost().getByRole("button", { name: "Stay" }).click();
  await token().waitFor();
  assert.equal(await closeTab(), "asked");
  await token().waitFor();
});

step("“Leave” leaves", async () => {
  await page.evaluate(() => history.back());
  await lost().getByRole("button", { name: "Leave", exact: true }).click();
  await token().waitFor({ state: "detached" });
  await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
});

step("a copied token can be left, and so can one whose button was pressed", async () => {
  await make("Copied");
  await token().getByRole("button", { name: "Copy token" }).click();
  await page.getByText("Copied", { exact: true }).last().waitFor();
  await page.keyboard.press("Escape");
  await token().waitFor({ state: "hidden" });
  assert.equal(await lost().count(), 0);
  await make("Typed off");
  await token().getByRole("button", { name: "I have saved it" }).click();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.waitForURL(/settings/);
  assert.equal(await lost().count(), 0);
});

step("an authenticator app that is only scanned asks too", async () => {
  await page.goto("/admin/profile");
  await live(page);
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByText("Type it instead").click();
  await page.getByRole("link", { name: "Settings" }).click();
  const half = question("Leave before it’s turned on?");
  await half.waitFor();
  await clean();
  await half.getByRole("button", { name: "Stay" }).click();
  const code = totp(await page.locator(".secret code").innerText());
  await page.getByLabel("Code", { exact: true }).fill(code);
  await page.getByRole("button", { name: "Turn on" }).click();
  await page.getByText("They are shown only now").waitFor();
});

step("recovery codes that are not saved: a link, signing out and closing the tab ask", async () => {
  const codes = question("Leave without the recovery codes?");
  await page.getByRole("link", { name: "Settings" }).click();
  await codes.waitFor();
  await clean();
  await codes.getByRole("button", { name: "Stay" }).click();
  await page.getByRole("button", { name: /^Account and theme/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await codes.getByRole("button", { name: "Stay" }).click();
  assert.equal(await closeTab(), "asked");
  await page.getByText("They are shown only now").waitFor();
});

step("once they are copied, nothing asks", async () => {
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await page.getByText("Copied", { exact: true }).last().waitFor();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.waitForURL(/settings/);
  await page.goBack();
  await page.getByText("10 codes left").waitFor();
});

step("a downloaded file counts, and closing the tab is silent then", async () => {
  await page.getByRole("button", { name: "Create new codes" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Create new codes" }).click();
  await page.getByText("They are shown only now").waitFor();
  const file = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as a file" }).click();
  await file;
  assert.equal(await closeTab(), "closed");
});

step("no browser complained", () => desk.watch.assertQuiet());
