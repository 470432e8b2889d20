// People who leave, temporarily or for good: their work, their locks, their devices; and how a tampered audit trail is
// reported.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, before } from "node:test";
import { launch, live, person, signIn } from "../lib/browser.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const BEN = { email: "bruno@firm.example", name: "Bruno Weiss", role: "staff", password: "eight-slow-clouds" };
const CLEO = { email: "cleo@firm.example", name: "Cleo Marsh", role: "staff", password: "nine-loud-rivers" };
const step = story();
let server, browser, desk, cleo, page, ids;

before(async () => {
  server = await Server.make({ staff: [ADMIN, BEN, CLEO], demo: ["--messages", "120", "--seed", "7"] });
  browser = await launch();
  [desk, cleo] = [await person(browser, server), await person(browser, server)];
  page = desk.page;
  await signIn(page);
  const people = await server.api("/api/admin/colleagues");
  ids = Object.fromEntries(people.map(({ id, name }) => [name, id]));
  for (const { id } of await server.api("/api/admin/messages?status=new&limit=2"))
    await server.api(`/api/admin/messages/${id}`, "PATCH", { assignedTo: ids[CLEO.name] });
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const workOf = (one) => server.api(`/api/admin/messages?assignedTo=${ids[one.name]}&status=new,in_progress&limit=100`);
const tryPassword = (one, password) =>
  fetch(`${server.url}/api/admin/auth/login`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: one.email, password }),
  }).then(({ status }) => status);
async function openPage(one, tab = "") {
  await page.goto(`/admin/staff/${ids[one.name]}${tab && `?tab=${tab}`}`);
  await page.getByRole("heading", { name: one.name }).waitFor();
  await live(page);
}

step("what is typed about a person survives a look at another tab, and leaving asks", async () => {
  await openPage(CLEO);
  const name = page.getByRole("tabpanel").getByLabel("Name");
  await name.fill("Cleo Half-Typed");
  await page.getByRole("tab", { name: "Open work" }).click();
  await page.getByText("2 open messages").waitFor();
  await page.getByRole("tab", { name: "Account and permissions" }).click();
  assert.equal(await name.inputValue(), "Cleo Half-Typed");
  await page.getByRole("link", { name: "All staff" }).click();
  const question = page.getByRole("dialog", { name: "Leave without saving?" });
  await question.getByRole("button", { name: "Stay here" }).click();
  assert.equal(await name.inputValue(), "Cleo Half-Typed");
  await page.getByRole("link", { name: "All staff" }).click();
  await question.getByRole("button", { name: "Discard and leave" }).click();
  await page.getByRole("link", { name: /Cleo Marsh/ }).waitFor();
});

step("a lock is shown and taken away", async () => {
  await until("the account is locked", async () => (await tryPassword(CLEO, "a wrong one")) === 429);
  await openPage(CLEO, "access");
  await page.getByText("Sign-in is locked after too many failed attempts").waitFor();
  await page.getByRole("button", { name: "Unlock" }).click();
  await page.getByText("Unlocked", { exact: true }).waitFor();
  await page.getByText("Sign-in is locked").waitFor({ state: "detached" });
  await signIn(cleo.page, CLEO);
  await live(cleo.page);
});

step("an admin ends the sessions of another, whose open page ends with them", async () => {
  await openPage(CLEO, "access");
  cleo.watch.expect(/auth\/refresh|401/);
  await page.getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Sign out everywhere" }).click();
  await page.getByText("Signed out everywhere").waitFor();
  await cleo.page.waitForURL(/\/admin\/login/);
});

step("who is deactivated hands over their work, and gets in again when activated", async () => {
  const before = (await workOf(BEN)).length;
  await openPage(CLEO);
  await page.getByRole("button", { name: "Deactivate" }).click();
  const dialog = page.getByRole("dialog");
  const heir = dialog.getByLabel("Who takes over 2 open messages?");
  await heir.getByRole("option", { name: BEN.name }).waitFor({ state: "attached" });
  await heir.selectOption({ label: BEN.name });
  await dialog.getByRole("button", { name: "Deactivate" }).click();
  await page.getByRole("button", { name: "Activate", exact: true }).waitFor();
  assert.deepEqual([(await workOf(CLEO)).length, (await workOf(BEN)).length], [0, before + 2]);
  assert.notEqual(await tryPassword(CLEO, CLEO.password), 200);
  await page.getByRole("button", { name: "Activate", exact: true }).click();
  await page.getByRole("button", { name: "Deactivate" }).waitFor();
  assert.equal(await tryPassword(CLEO, CLEO.password), 200);
});

step("who is deleted leaves their work to nobody", async () => {
  const work = await workOf(BEN);
  assert.ok(work.length >= 2);
  await openPage(BEN);
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Who takes over/).selectOption({ label: "Nobody (leave unassigned)" });
  await dialog.getByLabel(/to confirm/).fill(BEN.name);
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("link", { name: /Cleo Marsh/ }).waitFor();
  assert.equal((await server.api(`/api/admin/messages/${work[0].id}`)).assignedTo, null);
});

step("a shorter time to keep things says how much would go", async () => {
  await page.goto("/admin/settings/privacy");
  await page.getByRole("textbox", { name: /^Finished conversations/ }).fill("30");
  await page
    .getByText(/^[\d,]+ would be deleted at the next clean-up\.$/)
    .first()
    .waitFor();
  await page.getByRole("button", { name: "Discard", exact: true }).click();
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  await page.getByText(/^[\d,]+ would be deleted/).waitFor({ state: "detached" });
});

step("a trail that was tampered with says where, and that it is at work until then", async () => {
  await page.goto("/admin/audit");
  await page.locator("[data-head]").waitFor();
  const change =
    "import sqlite3, sys; db = sqlite3.connect(sys.argv[1], timeout=20); " +
    "db.execute(\"UPDATE audit_logs SET action = 'message.assigned' WHERE id = (SELECT audit_id FROM audit_chain WHERE seq = 3)\"); db.commit()";
  execFileSync("python3", ["-c", change, join(server.dir, "data", "tekvwarho.db")]);
  // As with a long trail: the walk takes time, and the page shows progress.
  let go;
  const held = new Promise((done) => (go = done));
  await page.route("**/api/admin/audit/verify*", (route) => held.then(() => route.continue()));
  await page.getByRole("button", { name: "Verify" }).click();
  await page.getByRole("progressbar", { name: "Verify" }).waitFor();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  go();
  await page.getByText(/^The trail was altered at entry 3: /).waitFor();
  await page.getByRole("progressbar", { name: "Verify" }).waitFor({ state: "detached" });
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  cleo.watch.assertQuiet();
});
