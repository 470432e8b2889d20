// From an invitation to the first visit: a password, the second factor that the role requires, and only what the
// permissions allow.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { totp } from "../lib/authenticators.js";
import { launch, live, person, signIn } from "../lib/browser.js";
import { linkIn, Mail } from "../lib/mail.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const DORA = { email: "dora@firm.example", name: "Dora Lind", password: "six-brown-foxes-run" };
const step = story();
let server, mail, browser, desk, dora;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url } });
  browser = await launch();
  [desk, dora] = [await person(browser, server), await person(browser, server)];
  await server.api("/api/admin/settings", "PATCH", { "security.secondFactorRoles": ["manager"] });
  await signIn(desk.page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

step("a manager is invited, for messages only", async () => {
  const { page } = desk;
  await page.goto("/admin/staff");
  const invite = page.getByRole("button", { name: "Invite", exact: true }).first();
  const dialog = page.getByRole("dialog", { name: "Invite a person" });
  // A closed dialog returns focus to where it was.
  await invite.click();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await until("the focus is back", () => invite.evaluate((button) => button === document.activeElement));
  await page.keyboard.press("Enter");
  await dialog.getByLabel("Name").fill(DORA.name);
  await dialog.getByLabel("Email").fill(DORA.email);
  await dialog.getByLabel("Role").selectOption("manager");
  for (const right of await dialog.getByRole("checkbox").all())
    await right.setChecked(/^Messages/.test(await right.evaluate((box) => box.closest("label").innerText.trim())));
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  await page.getByRole("heading", { name: DORA.name }).waitFor();
});

step("the invitation leads through password and second factor to the messages, and no further", async () => {
  const { page } = dora;
  const link = linkIn(await mail.arrives(DORA.email, "Your account at"), `${server.url}/admin/invite`);
  await page.goto(link);
  await page.getByLabel("Password", { exact: true }).fill(DORA.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Sign in with your new password").waitFor();
  assert.equal(await page.getByLabel("Email").inputValue(), DORA.email);
  await page.getByLabel("Password", { exact: true }).fill(DORA.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "Set up a second factor" }).waitFor();
  await page.getByRole("button", { name: "Set up", exact: true }).click();
  await page.getByText("Type it instead").click();
  const secret = await page.locator(".secret code").innerText();
  await page.getByLabel("Code", { exact: true }).fill(totp(secret));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "I have saved them" }).click();
  await page.getByText("Your account is protected").waitFor();
  await live(page);
  const nav = page.getByRole("navigation", { name: "Main" }).first();
  await nav.getByRole("link", { name: "Messages", exact: true }).waitFor();
  for (const name of ["Staff", "Audit trail", "API tokens", "Settings"])
    assert.equal(await nav.getByRole("link", { name, exact: true }).count(), 0, name);
  for (const path of ["staff", "audit", "tokens", "settings"]) {
    await page.goto(`/admin/${path}`);
    await page.getByText("have permission to do this").waitFor();
  }
  await live(page);
});

step("name, zone and theme are the person's own, on every device", async () => {
  const { page } = dora;
  await page.goto("/admin/profile");
  await page.getByLabel("Name", { exact: true }).first().fill("Dora Lindgren");
  await page.getByLabel("Time zone").selectOption("Asia/Tokyo");
  await page.locator("#about").getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Saved", { exact: true }).waitFor();
  const kept = page.waitForResponse((answer) => answer.url().endsWith("/api/auth/me"));
  await page.getByRole("radio", { name: "Dark" }).check();
  assert.equal((await kept).status(), 200);
  await page.reload();
  await page.getByRole("button", { name: /^Account and theme: Dora Lindgren/ }).waitFor();
  assert.equal(await page.getByLabel("Time zone").inputValue(), "Asia/Tokyo");
  assert.ok(await page.getByRole("radio", { name: "Dark" }).isChecked());
  const scheme = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
  await until("it is dark", async () => (await scheme()) === "dark");
  const exact = page.locator("main time").first();
  assert.match(await exact.getAttribute("title"), /GMT\+9|JST/);
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  dora.watch.assertQuiet();
});
