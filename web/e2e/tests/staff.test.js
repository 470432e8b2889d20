// Staff: invite, accept, limited access, permissions that change while a page is open, two admins at once,
// deactivation, import.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, live, person, signIn } from "../lib/browser.js";
import { linkIn, Mail } from "../lib/mail.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
const BEN = { email: "ben@firm.example", name: "Ben Okafor", role: "admin", password: "eight-slow-clouds" };
const CLEO = { email: "cleo@firm.example", name: "Cleo Marsh", password: "nine-loud-rivers" };
/** One red pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==",
  "base64",
);
let server, mail, browser, anna, ben, cleo, invitation;

const staff = async (query = "") => server.api(`/api/admin/staff${query}`);
const idOf = async (name) => (await staff()).find((one) => one.name === name).id;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url }, staff: [ADMIN, BEN] });
  browser = await launch();
  [anna, ben, cleo] = [await person(browser, server), await person(browser, server), await person(browser, server)];
  await signIn(anna.page);
  await signIn(ben.page, BEN);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

step("an admin invites a person, with some rights only", async () => {
  const { page } = anna;
  await page.getByRole("link", { name: "Staff", exact: true }).click();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(CLEO.name);
  await dialog.getByLabel("Email").fill(ADMIN.email);
  anna.watch.expect(/api\/admin\/staff/);
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  await dialog.getByText("already exists").waitFor();
  assert.equal(await dialog.getByLabel("Name").inputValue(), CLEO.name, "what was typed stays");
  await dialog.getByLabel("Email").fill(CLEO.email);
  // What this version has no pages for is not offered.
  assert.equal(await dialog.getByRole("checkbox", { name: /^(Live chat|Consultations)/ }).count(), 0);
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  await page.getByRole("heading", { name: CLEO.name }).waitFor();
  await page.getByText("Invitation valid until").waitFor();
  invitation = linkIn(await mail.arrives(CLEO.email, "Your account at"), `${server.url}/admin/invite`);
});

step("the invited person chooses a password, signs in, and sees what they may", async () => {
  const { page } = cleo;
  await page.goto(invitation);
  await page.getByText(`Hello ${CLEO.name}`).waitFor();
  assert.ok(!page.url().includes("#"), "the token leaves the address");
  await page.getByLabel("Password", { exact: true }).fill(CLEO.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByText("Sign in with your new password").waitFor();
  await signIn(page, CLEO);
  const nav = page.getByRole("navigation", { name: "Main" }).first();
  await nav.getByRole("link", { name: "Messages", exact: true }).waitFor();
  assert.equal(await nav.getByRole("link", { name: "Staff", exact: true }).count(), 0);
  await page.goto("/admin/staff");
  await page.getByText("have permission to do this").waitFor();
});

step("the link works once", async () => {
  const { page, watch, context } = await person(browser, server);
  watch.expect(/auth\/invitation/);
  await page.goto(invitation);
  await page.getByRole("heading", { name: "This invitation no longer works" }).waitFor();
  watch.assertQuiet();
  await context.close();
});

step("a right that is given shows on the open page of its person", async () => {
  cleo.watch.expect(/401/);
  await cleo.page.goto("/admin/");
  await live(cleo.page);
  await server.api(`/api/admin/staff/${await idOf(CLEO.name)}`, "PATCH", { permissions: ["messages", "staff"] });
  const nav = cleo.page.getByRole("navigation", { name: "Main" }).first();
  await nav.getByRole("link", { name: "Staff", exact: true }).click();
  // Permissions that Cleo lacks cannot be granted, and the page says why; an admin is read-only.
  await cleo.page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = cleo.page.getByRole("dialog");
  assert.ok(await dialog.getByRole("checkbox", { name: /^Settings/ }).isDisabled());
  await dialog.getByText("You don’t have this permission").first().waitFor();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await cleo.page.getByRole("link", { name: BEN.name }).click();
  await cleo.page.getByText("has permissions that you don’t have").waitFor();
  assert.equal(await cleo.page.getByRole("button", { name: "Deactivate" }).count(), 0);
});

step("two admins edit one person: the second chooses, and nothing is lost", async () => {
  const path = `/admin/staff/${await idOf(CLEO.name)}`;
  for (const { page } of [anna, ben]) {
    await page.goto(path);
    await live(page);
  }
  const form = (who) => who.page.getByRole("tabpanel").locator("form");
  await form(ben).getByLabel("Name").fill("Cleo M. Marsh");
  await form(ben)
    .getByRole("checkbox", { name: /^Audit/ })
    .check();
  await form(anna).getByLabel("Name").fill("Cleo Marsh-Lee");
  await form(anna).getByLabel("Email").fill("cleo.lee@firm.example");
  await form(anna).getByRole("button", { name: "Save" }).click();
  await anna.page.getByRole("heading", { name: "Cleo Marsh-Lee" }).waitFor();
  // What Ben has typed stays while his page receives Anna's change.
  await ben.page.getByRole("heading", { name: "Cleo Marsh-Lee" }).waitFor();
  assert.equal(await form(ben).getByLabel("Name").inputValue(), "Cleo M. Marsh");
  ben.watch.expect(/412/);
  await form(ben).getByRole("button", { name: "Save" }).click();
  const dialog = ben.page.getByRole("dialog", { name: "Someone changed this person in the meantime" });
  const name = dialog.getByRole("group", { name: "Name" });
  await name.getByLabel("Cleo M. Marsh").waitFor();
  assert.ok(await name.getByLabel("Cleo M. Marsh").isChecked());
  assert.ok(await dialog.getByRole("group", { name: "Email" }).getByLabel("cleo.lee@firm.example").isChecked());
  await name.getByLabel("Cleo Marsh-Lee").check();
  await dialog.getByRole("button", { name: "Save this" }).click();
  await dialog.waitFor({ state: "detached" });
  const kept = await until("both changes are there", async () => {
    const one = (await staff("?q=cleo"))[0];
    return one.permissions.includes("audit") && one;
  });
  assert.deepEqual([kept.name, kept.email], ["Cleo Marsh-Lee", "cleo.lee@firm.example"]);
  CLEO.email = kept.email;
  CLEO.name = kept.name;
});

step("pictures: a bad file is refused plainly, a good one is shown", async () => {
  const { page, watch } = anna;
  watch.expect(/avatar/);
  await page.goto("/admin/profile");
  const field = page.getByLabel("Picture", { exact: true });
  const svg = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
  await field.setInputFiles({ name: "a.png", mimeType: "image/png", buffer: svg });
  await page.getByText("not a PNG, JPEG or WebP").waitFor();
  await field.setInputFiles({ name: "b.png", mimeType: "image/png", buffer: Buffer.alloc(2_000_001) });
  await page.getByText("too large").waitFor();
  await field.setInputFiles({ name: "c.png", mimeType: "image/png", buffer: PIXEL });
  await page.getByText("Picture saved").waitFor();
  await page.locator("main .avatar img").waitFor();
  await page.reload();
  await page.locator("nav .avatar img").waitFor();
});

step("a file is looked at before anybody is invited", async () => {
  const { page } = anna;
  await page.goto("/admin/staff");
  await page.getByRole("button", { name: "Import" }).click();
  const dialog = page.getByRole("dialog");
  const text =
    "\ufeffName;E-Mail;Role\r\nDora Lind;dora@firm.example;manager\r\n=1+1;x@firm.example;staff\r\nEd;dora@firm.example;\r\n";
  await dialog
    .getByLabel("CSV file")
    .setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
  await dialog.getByText("1 person will be invited, 2 lines have errors").waitFor();
  await dialog.getByText("formula").waitFor();
  assert.equal((await staff()).length, 3);
  await dialog.getByRole("button", { name: "Invite 1 person" }).click();
  await page.getByRole("link", { name: /Dora Lind/ }).waitFor();
  await mail.arrives("dora@firm.example", "Your account at");
});

step("a deactivated person's open page ends within a second", async () => {
  await cleo.page.goto("/admin/messages");
  await live(cleo.page);
  cleo.watch.expect(/auth\/refresh|401/);
  const { page } = anna;
  await page.goto(`/admin/staff/${await idOf(CLEO.name)}`);
  await page.getByRole("button", { name: "Deactivate" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
  const began = Date.now();
  await cleo.page.waitForURL(/\/admin\/login/);
  // A second, plus the time that a busy machine needs to render two pages.
  assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
  await page.getByRole("button", { name: "Activate", exact: true }).waitFor();
});

step("deleting asks for the name", async () => {
  const { page } = anna;
  ben.watch.expect(/404/);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  const sure = dialog.getByRole("button", { name: "Delete" });
  assert.ok(await sure.isDisabled());
  await dialog.getByLabel(/to confirm/).fill(CLEO.name);
  await sure.click();
  await page.getByRole("link", { name: /Dora Lind/ }).waitFor();
  assert.equal((await staff("?q=cleo")).length, 0);
  // Anyone with that person's page open is notified.
  await ben.page.getByText("The account was deleted").waitFor();
});

step("an invitation is withdrawn by keyboard", async () => {
  const { page } = anna;
  await page.getByRole("link", { name: /Dora Lind/ }).press("Enter");
  await page.getByRole("button", { name: "Withdraw invitation" }).press("Enter");
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw invitation" }).press("Enter");
  await page.getByText("Invitation withdrawn").waitFor();
  assert.equal((await staff()).length, 2);
});

step("nobody complained on the way", () => {
  for (const one of [anna, ben, cleo]) one.watch.assertQuiet();
});
