// A day at the inbox: find, read, change many, undo, write, export, and two people on one message.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { fillContact, launch, live, person, signIn, write } from "../lib/browser.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";
import { unzip } from "../lib/unzip.js";

const BO = { email: "bo@firm.example", name: "Bo Lindqvist", role: "staff", password: "four-grey-herons" };
const step = story();
let server, browser, anna, bo, page;
let open; // address of the message that Anna reads

before(async () => {
  server = await Server.make({ staff: [ADMIN, BO], demo: ["--messages", "120", "--seed", "7"] });
  browser = await launch();
  [anna, bo] = [await person(browser, server, { acceptDownloads: true }), await person(browser, server)];
  page = anna.page;
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const rows = () => page.locator("[data-message]");
const rowIds = () => rows().evaluateAll((list) => list.map((row) => row.dataset.message));
/** The number in the header of the list, once it is loaded. */
const total = async () => Number((await page.getByText(/^[\d,]+\+? messages?$/).innerText()).replace(/\D/g, ""));
const settled = () => page.locator('.scroll[aria-busy="false"]').waitFor();
const focusedRow = () =>
  page.evaluate(() => document.activeElement?.closest("[data-message]")?.dataset.message ?? null);

async function show(search) {
  await page.goto(`/admin/messages${search}`);
  await rows().first().waitFor();
  await settled();
  await live(page);
}

step("the list opens with what is open, and the numbers agree", async () => {
  await show("");
  const counts = await server.api("/api/admin/messages/counts");
  assert.equal(await total(), counts.new + counts.in_progress);
});

step("views and filters narrow it, the address keeps them, Back goes back", async () => {
  await show("?view=all");
  const everything = await total();
  assert.equal(everything, 120);
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Filter" });
  await dialog.getByRole("checkbox", { name: "Replied" }).check();
  await page.waitForURL(/status=replied/);
  await dialog.getByRole("button", { name: "Done" }).click();
  await settled();
  const replied = await until("fewer rows", async () => ((await total()) < everything ? total() : null));
  assert.equal(replied, (await server.api("/api/admin/messages/counts")).replied);
  for (const status of await rows().locator(".status .pill").allInnerTexts()) assert.equal(status, "Replied");
  await page.reload();
  await rows().first().waitFor();
  await until("the filter survives a reload", async () => (await total()) === replied);
  await page.getByRole("button", { name: "Remove filter: Replied" }).click();
  await until("all are back", async () => (await total()) === everything);
  await page.goBack();
  await until("Back brings the filter back", async () => (await total()) === replied);
});

step("search finds by the beginning of a word, says when nothing fits, Escape ends it", async () => {
  await show("?view=all");
  const name = (await rows().first().locator(".name").innerText()).split(" ")[0];
  await page.keyboard.press("/");
  await page.keyboard.type(name.slice(0, 4).toLowerCase());
  await page.waitForURL(/q=/);
  await settled();
  const found = await until("fewer rows", async () => ((await total()) < 120 ? total() : null));
  assert.ok(found >= 1);
  await page.getByLabel("Search messages").fill("zzzzqqq");
  await page.getByText("No matching messages").waitFor();
  await page.getByLabel("Search messages").press("Escape");
  await until("all are back", async () => (await total()) === 120);
});

step("the keyboard walks, opens, closes and keeps its place", async () => {
  await show("");
  const [first, second] = await rowIds();
  await page.keyboard.press("j");
  assert.equal(await focusedRow(), first);
  await page.keyboard.press("j");
  assert.equal(await focusedRow(), second);
  await page.keyboard.press("k");
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(first));
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  await page.keyboard.press("Escape");
  await page.waitForURL((url) => url.pathname === "/admin/messages");
  await until("the row has the focus again", async () => (await focusedRow()) === first);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill("canned");
  await page.keyboard.press("Enter");
  await page.waitForURL(/messages\/canned/);
  await page.goBack();
});

step("several are archived at once and taken back", async () => {
  await show("");
  const before = await total();
  const ids = await rowIds();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.getByRole("toolbar", { name: "2 selected" }).waitFor();
  await page.keyboard.press("e");
  await page.getByText("2 messages moved to Archived").waitFor();
  assert.ok(!(await rowIds()).includes(ids[0]));
  const statuses = async () =>
    Promise.all(ids.slice(0, 2).map(async (id) => (await server.api(`/api/admin/messages/${id}`)).status));
  await until("the server has them archived", async () => (await statuses()).every((status) => status === "archived"));
  await page.getByRole("button", { name: "Undo" }).last().click();
  await page.getByText("Undone").waitFor();
  await until("both rows are back", async () => (await rowIds()).slice(0, 2).join() === ids.slice(0, 2).join());
  await until("the number is the one of before", async () => (await total()) === before);
});

step("where more fit than are loaded, all that are chosen are called what they are", async () => {
  await show("?view=all");
  await page.getByRole("checkbox", { name: "Select all loaded messages" }).check();
  await page.getByRole("toolbar", { name: "50 of 120 selected" }).waitFor();
  await rows().first().getByRole("checkbox").uncheck();
  await page.getByRole("toolbar", { name: "49 selected" }).waitFor();
  await page.getByRole("button", { name: "Clear selection" }).click();
});

step("days in the wrong order are said beside the field", async () => {
  await show("?view=all&from=2026-05-01");
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Filter" });
  const last = dialog.getByLabel("Until");
  await last.fill("2026-04-01");
  await dialog.getByText("This is before the first day").waitFor();
  assert.equal(await last.getAttribute("aria-invalid"), "true");
  await last.fill("2026-06-01");
  await dialog.getByText("This is before the first day").waitFor({ state: "detached" });
  await dialog.getByRole("button", { name: "Done" }).click();
});

step("the palette keeps long texts inside", async () => {
  await show("");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill("hello");
  const found = page.getByRole("option").filter({ has: page.locator(".detail") });
  await found.first().waitFor();
  const dialog = await page.getByRole("dialog", { name: "Search and commands" }).boundingBox();
  for (const row of await found.all()) {
    const { x, width } = await row.boundingBox();
    assert.ok(x + width <= dialog.x + dialog.width, "a row ends in the dialog");
  }
  await page.keyboard.press("Escape");
});

step("several are assigned and tagged in one go", async () => {
  await show("?view=unassigned");
  const id = (await rowIds())[0];
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("a");
  await page.getByRole("combobox", { name: "Assign to" }).fill("Bo L");
  await page.getByRole("option", { name: /Bo Lindqvist/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("Message assigned to Bo Lindqvist").waitFor();
  await until(
    "the server knows",
    async () => (await server.api(`/api/admin/messages/${id}`)).assignedTo?.name === BO.name,
  );
});

step("several are tagged and moved in one go", async () => {
  await show("");
  const ids = (await rowIds()).slice(0, 3);
  for (const id of ids) await page.locator(`[data-message="${id}"] input`).click();
  const bar = page.getByRole("toolbar", { name: "3 selected" });
  await bar.getByRole("button", { name: "Add tag" }).click();
  await page.getByRole("combobox", { name: "Tags" }).fill("bulk-e2e");
  await page.getByRole("option", { name: /bulk-e2e/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByText("3 messages tagged “bulk-e2e”").waitFor();
  await bar.getByRole("button", { name: "Set status" }).click();
  await page.getByRole("menuitem", { name: "In progress" }).click();
  await page.getByText("3 messages moved to In progress").waitFor();
  const now = await server.api("/api/admin/messages?tag=bulk-e2e");
  assert.deepEqual(now.map(({ id }) => id).sort(), [...ids].sort());
  for (const { status } of now) assert.equal(status, "in_progress");
});

step("who was slower hears of it, and sees what is there now", async () => {
  await show("?view=all&status=new");
  const id = (await rowIds())[0];
  await page.goto(`/admin/messages/${id}?view=all`);
  await page.getByRole("button", { name: "Status: New" }).waitFor();
  await live(page);
  // Keep the page from loading the change, as on a slow connection.
  let waiting = true;
  await page.route(`**/api/admin/messages/${id}`, (route) => {
    waiting &&= route.request().method() === "GET";
    return waiting ? route.abort() : route.continue();
  });
  anna.watch.expect(/ERR_FAILED/, /status of 412/);
  await server.api(`/api/admin/messages/${id}`, "PATCH", { status: "replied" });
  await page.getByRole("button", { name: "Status: New" }).click();
  await page.getByRole("menuitemradio", { name: "Converted" }).click();
  await page.getByText("Someone changed this message in the meantime").waitFor();
  await page.getByRole("button", { name: "Status: Replied" }).waitFor();
  assert.equal((await server.api(`/api/admin/messages/${id}`)).status, "replied");
  await page.unroute(`**/api/admin/messages/${id}`);
});

step("a message is read, tagged, noted; the tag is taken back", async () => {
  await show("?view=all&status=new");
  open = `/admin/messages/${(await rowIds())[1]}?view=all`;
  await page.goto(open);
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  await page.keyboard.press("t");
  await page.getByRole("combobox", { name: "Tags" }).fill("from-e2e");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Remove tag from-e2e" }).waitFor();
  await page.getByRole("button", { name: "Undo" }).last().click();
  await until(
    "the tag is gone",
    async () => (await page.getByRole("button", { name: "Remove tag from-e2e" }).count()) === 0,
  );

  await write(page, "n");
  await page.keyboard.insertText("Called her, she is away until Monday.");
  await page.getByRole("button", { name: "Add note" }).click();
  const log = page.getByRole("log", { name: "Conversation" });
  await log.getByText("away until Monday").waitFor();
  await log.getByRole("button", { name: "Delete note" }).click();
  await until("the note is gone", async () => (await log.getByText("away until Monday").count()) === 0);
});

step("a canned reply is written once and fills itself in", async () => {
  await page.goto("/admin/messages/canned");
  await page.getByRole("button", { name: "New canned reply" }).first().click();
  await page.getByLabel("Title").fill("E2E thanks");
  await page.getByLabel("Shortcut").fill("e2ethanks");
  await page
    .getByLabel("Text", { exact: true })
    .fill("Hello {{client.firstName}}, thank you for writing to {{firm.name}}. {{staff.name}}");
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("E2E thanks").waitFor();

  await page.goto(open);
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  await write(page, "r");
  await page.keyboard.type("/e2et");
  await page.getByRole("option", { name: /E2E thanks.*thank you for writing to Tekvwarho/ }).waitFor();
  await page.keyboard.press("Enter");
  const name = (await page.locator("article h2").first().innerText()).split(" ")[0];
  await until("it is filled in", async () =>
    (await page.getByLabel(/^Reply to/).inputValue()).startsWith(
      `Hello ${name}, thank you for writing to Tekvwarho IT Solutions. Anna Virtanen`,
    ),
  );
});

step("a draft survives a reload", async () => {
  await page.getByText("Draft kept on this device").waitFor();
  await page.reload();
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  assert.match(await page.getByLabel(/^Reply to/).inputValue(), /^Hello .*Anna Virtanen$/);
});

step("an answer goes on while the connection breaks and comes back", async () => {
  const field = page.getByLabel(/^Reply to/);
  const before = await field.inputValue();
  await field.focus();
  anna.watch.expect(/ws\/chat|ERR_CONNECTION_REFUSED|ERR_INTERNET_DISCONNECTED|Failed to load resource|WebSocket/);
  await server.stop();
  await page.getByText("Live updates are reconnecting").first().waitFor();
  await page.keyboard.press("End");
  await page.keyboard.insertText(" (typed meanwhile)");
  await server.start();
  await page.getByTitle("Live updates are on").waitFor({ timeout: 30_000 });
  assert.equal(await field.inputValue(), `${before} (typed meanwhile)`);
  assert.equal(await field.evaluate((node) => node === document.activeElement), true, "the field kept the focus");
});

step("two people on one message see each other, and the answer appears for both", async () => {
  await signIn(bo.page, BO);
  await bo.page.goto(open);
  await live(bo.page);
  await bo.page.getByText("Anna Virtanen is looking at this too").waitFor();
  await page.getByText("Bo Lindqvist is looking at this too").waitFor();
  await page.getByLabel(/^Reply to/).press("Control+Enter");
  await bo.page.getByRole("log", { name: "Conversation" }).getByText("thank you for writing to").waitFor();
  await bo.page.goto("/admin/messages");
  await until("Bo has left", async () => (await page.getByText("is looking at this too").count()) === 0);
});

step("what a colleague does appears in the list by itself", async () => {
  await show("?view=all");
  const id = (await rowIds())[0];
  await bo.page.goto(`/admin/messages/${id}?view=all`);
  await bo.page.getByRole("button", { name: /^Status: / }).click();
  await bo.page.getByRole("menuitemradio", { name: "Converted" }).click();
  await until(
    "the row says so",
    async () => (await page.locator(`[data-message="${id}"] .status .pill`).innerText()) === "Converted",
  );
});

step("a new message waits in the head of the list: no row moves, none is covered", async () => {
  await show("");
  const first = rows().first();
  const place = await first.boundingBox();
  await fillContact(bo.page, { name: "=1+1", email: "formula@client.example", message: "=HYPERLINK(0) is my name" });
  await bo.page.getByRole("button", { name: "Send message" }).click();
  await bo.page.getByRole("heading", { level: 1, name: "We have your message" }).waitFor();
  assert.equal(await bo.page.getByRole("heading", { name: "Ask a question" }).count(), 0);
  const news = page.getByRole("button", { name: "1 new message" });
  await news.waitFor();
  assert.deepEqual(await first.boundingBox(), place);
  const hit = await page.evaluate(
    ({ x, y, width, height }) =>
      document.elementFromPoint(x + width / 2, y + height / 2).closest("[data-message]")?.dataset.message,
    place,
  );
  assert.equal(hit, await first.getAttribute("data-message"));
  await news.click();
  await rows().first().getByText("=1+1").waitFor();
  assert.equal(await news.count(), 0);
});

step("the workbook holds every row of the list, and no formula", async () => {
  const expected = await total();
  await page.getByRole("button", { name: "List options" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Export as Excel" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /\.xlsx$/);
  const files = unzip(readFileSync(await download.path()));
  const sheet = files.get("xl/worksheets/sheet1.xml").toString();
  assert.equal(sheet.match(/<row /g).length, expected + 1);
  assert.ok(!/<f[ >]/.test(sheet), "a formula");
  const words = sheet + (files.get("xl/sharedStrings.xml") ?? "");
  assert.ok(words.includes("=1+1") && words.includes("=HYPERLINK(0) is my name"), "typed text is text");
});

step("the filtered list is exported as CSV with as many lines as it says", async () => {
  await show("?view=all&status=converted");
  const expected = await total();
  await page.getByRole("button", { name: "List options" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("menuitem", { name: "Export as CSV" }).click(),
  ]);
  assert.match(download.suggestedFilename(), /\.csv$/);
  const csv = readFileSync(await download.path(), "utf8").replace(/^\uFEFF/, "");
  assert.equal(records(csv).length, expected + 1);
  await page.getByText("Export saved to your downloads").waitFor();
});

step("on a phone, list and message take turns", async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await show("");
  const id = (await rowIds())[0];
  await page.locator(`#row-${id}`).click();
  await page.getByRole("log", { name: "Conversation" }).waitFor();
  assert.equal(await rows().first().isVisible(), false);
  await page.getByRole("button", { name: "Back to the list" }).click();
  await rows().first().waitFor();
});

step("on a phone, a sheet leads to what has no tab, and out", async () => {
  await page.getByRole("button", { name: "More", exact: true }).click();
  const sheet = page.getByRole("dialog", { name: "More" });
  for (const name of ["Canned replies", "Staff", "Audit trail", "API tokens", "Settings", "Profile"])
    await sheet.getByRole("link", { name, exact: true }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");
  await until("the focus is back", () =>
    page.getByRole("button", { name: "More", exact: true }).evaluate((button) => button === document.activeElement),
  );
  await page.keyboard.press("Enter");
  await sheet.getByRole("link", { name: "Staff", exact: true }).click();
  await page.getByRole("heading", { name: "Staff", level: 1 }).waitFor();
  await live(page);
  await page.getByRole("button", { name: "More", exact: true }).click();
  await sheet.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL((url) => url.pathname === "/admin/login" && url.search === "");
});

step("no browser complained", () => {
  anna.watch.assertQuiet();
  bo.watch.assertQuiet();
});

/** Records of a CSV text; line breaks inside quotes belong to the field. */
function records(csv) {
  const found = csv.match(/(?:"(?:[^"]|"")*"|[^"\r\n])+/g) ?? [];
  return found.filter((record) => record.trim());
}
