// The audit trail can be searched, read and verified; notices arrive; a token opens the API and is revoked.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn } from "../lib/browser.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const BEN = { email: "ben@firm.example", name: "Bruno Weiss", role: "staff", password: "eight-early-birds" };
const step = story();
let server, browser, anna, ben, head;

before(async () => {
  server = await Server.make({ staff: [ADMIN, BEN], demo: ["--messages", "60", "--seed", "7"] });
  browser = await launch();
  [anna, ben] = [
    await person(browser, server, { permissions: ["clipboard-read", "clipboard-write"] }),
    await person(browser, server),
  ];
  await signIn(anna.page);
  await signIn(ben.page, BEN);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

step("who may not read the trail has no way to it", async () => {
  const { page } = ben;
  assert.equal(await page.getByRole("link", { name: "Audit trail" }).count(), 0);
  assert.equal(await page.getByRole("link", { name: "API tokens" }).count(), 0);
  for (const path of ["audit", "tokens"]) {
    await page.goto(`/admin/${path}`);
    await page.getByText("have permission to do this").waitFor();
    await live(page);
  }
});

step("what was done stands in the trail in words, with before and after", async () => {
  const [{ id, name }] = await server.api("/api/admin/messages?status=new&limit=1");
  await server.api(`/api/admin/messages/${id}`, "PATCH", { status: "converted" });
  await fetch(`${server.url}/api/admin/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: BEN.email, password: "a wrong one" }),
  });
  const { page } = anna;
  await page.getByRole("link", { name: "Audit trail" }).click();
  await page.getByRole("heading", { name: "Audit trail", level: 1 }).waitFor();
  const entry = page.locator("details[data-action='message.status_changed']").first();
  await entry.getByText(`changed the status of the message from ${name} from new to converted`).waitFor();
  await entry.locator("summary").focus();
  await page.keyboard.press("Enter");
  const row = entry.getByRole("row", { name: /^status/ });
  assert.match(await row.innerText(), /status\s+New\s+Converted/);
  await entry.getByText("127.0.0.1").waitFor();
  assert.deepEqual(await axe(page), []);
});

step("filters narrow the list, stand in the address and can be cleared", async () => {
  const { page } = anna;
  await page.getByLabel("What", { exact: true }).selectOption("auth.*");
  await page.waitForURL(/action=auth\.\*/);
  await page.locator("details[data-action^='message.']").first().waitFor({ state: "detached" });
  assert.ok((await page.locator("details[data-action^='auth.']").count()) >= 2);
  await page.getByLabel("Who").selectOption({ label: BEN.name });
  await until("only Ben's sign-in is left", async () => (await page.locator("details[data-action]").count()) === 1);
  await page.reload();
  await page.locator("details[data-action='auth.signed_in']").waitFor();
  assert.equal(await page.locator("details[data-action]").count(), 1);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.locator("details[data-action='message.status_changed']").first().waitFor();
});

step("the trail is verified, with the head that was copied and with one of another trail", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Copy checkpoint" }).click();
  await page.getByText("Copied").waitFor();
  head = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(head, /^\d+:[0-9a-f]{64}$/);
  await page.getByLabel("Saved checkpoint").fill(head);
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText(/Nothing was altered: \d+ entries checked.*It matches your saved checkpoint/).waitFor();
  const mail = Buffer.from(`Hello Anna,\r\n\r\n1:${"0".repeat(64)}\r\n\r\nKeep this mail.`);
  await page.getByLabel("Choose a file").setInputFiles({ name: "head.eml", mimeType: "message/rfc822", buffer: mail });
  await until("the head of the file is there", async () =>
    (await page.getByLabel("Saved checkpoint").inputValue()).startsWith("1:000"),
  );
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText("The trail was altered at entry 1: the chain does not match the saved checkpoint.").waitFor();
  await page.getByLabel("Saved checkpoint").fill("42");
  anna.watch.expect(/status of 422/);
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByText("A checkpoint looks like 42:").waitFor();
  await page.getByLabel("Saved checkpoint").fill("");
});

step("the trail can be saved as a file", async () => {
  const { page } = anna;
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Export as CSV" }).click(),
  ]);
  const text = readFileSync(await download.path(), "utf8");
  assert.match(download.suggestedFilename(), /^audit-.*\.csv$/);
  assert.match(text, /message\.status_changed/);
});

step("a message's page shows its history with what changed", async () => {
  const [{ id }] = await server.api("/api/admin/messages?status=converted&limit=1");
  const { page } = anna;
  await page.goto(`/admin/messages/${id}?view=all`);
  const history = page.locator("aside details").filter({ hasText: "History" });
  await history.locator("summary").click();
  await history.getByRole("table").first().waitFor();
  await history.getByRole("link", { name: "Open in the audit trail" }).click();
  await page.waitForURL(new RegExp(`entityId=${id}`));
  await page.getByText("Only the history of one message").waitFor();
});

step("a notice arrives while the page is open, is counted, read and gone", async () => {
  const { page } = ben;
  // Entries that exist when the page opens are not new: they must be counted before another one arrives.
  const counted = page.waitForResponse(/notifications\/count/);
  await page.goto("/admin/");
  await counted;
  const bell = page.getByRole("button", { name: /^Notifications/ });
  await bell.waitFor();
  const [colleague] = (await server.api("/api/admin/colleagues")).filter((one) => one.name === BEN.name);
  await live(page);
  const [{ id, name }] = await server.api("/api/admin/messages?status=new&limit=1");
  await server.api(`/api/admin/messages/${id}`, "PATCH", { assignedTo: colleague.id });
  await page.getByRole("button", { name: "Notifications, 1 unread" }).waitFor();
  await page.getByRole("status").getByText("1 new notification").waitFor({ state: "attached" });
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  const panel = page.getByRole("dialog", { name: "Notifications" });
  const notice = panel.getByRole("link", { name: `${ADMIN.name} assigned you the message from ${name}` });
  await notice.waitFor();
  assert.deepEqual(await axe(page), []);
  await notice.click();
  await page.waitForURL(new RegExp(id));
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
  assert.equal(await page.locator("[data-unread]").count(), 0);
});

step("opening a message reads what was said of it", async () => {
  const { page } = ben;
  const [colleague] = (await server.api("/api/admin/colleagues")).filter((one) => one.name === BEN.name);
  const [{ id }] = await server.api("/api/admin/messages?status=replied&limit=1");
  await server.api(`/api/admin/messages/${id}`, "PATCH", { assignedTo: null });
  await server.api(`/api/admin/messages/${id}`, "PATCH", { assignedTo: colleague.id });
  await page.getByRole("button", { name: "Notifications, 1 unread" }).waitFor();
  await page.goto(`/admin/messages/${id}?view=all`);
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
});

step("what one chose not to be told is not told", async () => {
  const { page } = ben;
  await page.goto("/admin/profile");
  const choice = page.getByRole("checkbox", {
    name: "Notify me when a colleague or a rule assigns me a message: Here",
  });
  await choice.uncheck();
  await page.getByText("Saved").waitFor();
  await page.reload();
  await until("it is kept", async () => !(await choice.isChecked()));
  const [colleague] = (await server.api("/api/admin/colleagues")).filter((one) => one.name === BEN.name);
  const [{ id }] = await server.api("/api/admin/messages?status=new&limit=1");
  await server.api(`/api/admin/messages/${id}`, "PATCH", { assignedTo: null });
  await server.api(`/api/admin/messages/${id}`, "PATCH", { assignedTo: colleague.id });
  await page.goto("/admin/");
  await page.getByRole("button", { name: "Notifications", exact: true }).waitFor();
});

step("a token is made, shown once, opens what it may, and ends when it is revoked", async () => {
  const { page } = anna;
  await page.goto("/admin/");
  await page.getByRole("link", { name: "API tokens" }).click();
  await page.getByText("No tokens yet").waitFor();
  await page.getByRole("button", { name: "New token" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill("Nightly report");
  await page.getByRole("button", { name: "Create token" }).click();
  anna.watch.expect(/status of 422/);
  await page.getByText("Choose what the token can do.").waitFor();
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "Nightly report");
  await page.getByLabel("Messages", { exact: true }).check();
  await page.getByRole("button", { name: "Create token" }).click();
  const shown = page.getByRole("dialog", { name: "Copy the token now" });
  const token = await shown.getByRole("textbox").inputValue();
  assert.match(token, /^tkw_[\w-]{43}$/);
  assert.deepEqual(await axe(page), []);
  await shown.getByRole("button", { name: "I have saved it" }).click();
  const call = (path) => fetch(server.url + path, { headers: { Authorization: `Bearer ${token}` } });
  assert.equal((await call("/api/admin/messages")).status, 200);
  assert.equal((await call("/api/admin/audit")).status, 403);
  assert.equal((await (await call("/api/auth/me")).json()).code, "not_for_tokens");
  assert.ok(!(await page.content()).includes(token));
  await page.reload();
  await page.locator("[data-token='Nightly report']").getByText("Last used").waitFor();
  await page.getByRole("button", { name: "Revoke: Nightly report" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await page.locator("[data-token='Nightly report']").getByText("Revoked", { exact: true }).waitFor();
  assert.equal((await call("/api/admin/messages")).status, 401);
  anna.watch.assertQuiet();
  ben.watch.assertQuiet();
});
