// One conversation: its newest entry is in view, unsendable text is reported, and nothing covers the controls.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, live, person, signIn, write } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const SIZES = [
  [1720, 900],
  [1280, 860],
  [768, 1024],
  [390, 844],
];
const LINK = `https://files.client.example/${"a1b2c3d4e5".repeat(18)}`;
const step = story();
let server, browser, staff, client, page, id, threadUrl;

before(async () => {
  server = await Server.make({ demo: ["--messages", "60", "--seed", "7"], env: { TEKVWARHO_RATE_LIMITS: "off" } });
  browser = await launch();
  staff = await person(browser, server);
  client = await person(browser, server, { viewport: { width: 390, height: 844 } });
  page = staff.page;
  [{ id }] = await server.api("/api/admin/messages?status=new&limit=1");
  ({ threadUrl } = await server.api(`/api/admin/messages/${id}`));
  for (let i = 1; i <= 12; i++) await server.api(`/api/admin/messages/${id}/notes`, "POST", { content: `Note ${i}` });
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const log = () => page.getByRole("log", { name: "Conversation" });
const answer = () => page.getByLabel(/^Reply to/);

async function open(id) {
  await page.goto(`/admin/messages/${id}?view=all`);
  await log().waitFor();
  await live(page);
}

/** Whether the newest entry is between the header and the composer. */
const atNewest = () =>
  page.evaluate(() => {
    const last = document.querySelector("[role=log]").lastElementChild.getBoundingClientRect();
    const composer = document.querySelector("[data-composer]").getBoundingClientRect();
    const head = document.querySelector("article header").getBoundingClientRect();
    return last.bottom <= composer.top && last.top >= head.bottom && composer.bottom <= innerHeight;
  });
const newestInView = (when) => until(`the newest entry is in view ${when}`, atNewest);

const toTop = () =>
  page.evaluate(() => {
    for (const box of [document.querySelector("[role=log]"), document.querySelector("article .body")])
      box.scrollTop = 0;
  });

async function clientSays(text) {
  await client.page.getByLabel("Your reply").fill(text);
  await client.page.getByRole("button", { name: "Send reply" }).click();
  await client.page.locator(".talk").getByText(text).waitFor();
}

step("it opens at its newest entry, on every screen", async () => {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await open(id);
    await newestInView(`at ${width} pixels`);
  }
});

step("one's own note and the client's live answer are in view, unless one reads further up", async () => {
  await client.page.goto(threadUrl);
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await open(id);
    await toTop();
    await write(page, "n");
    await page.keyboard.insertText(`Own words at ${width}\n\n\n\n\n\n\nof several lines`);
    await page.getByRole("button", { name: "Add note" }).click();
    await log().getByText(`Own words at ${width}`).waitFor();
    await newestInView(`after one's own note at ${width} pixels`);

    await clientSays(`The client's answer at ${width}`);
    await log().getByText(`The client's answer at ${width}`).waitFor();
    await newestInView(`after a live answer at ${width} pixels`);

    await toTop();
    await clientSays(`Another one at ${width}`);
    await log().getByText(`Another one at ${width}`).waitFor();
    assert.equal(await atNewest(), false, "who reads further up stays there");
  }
});

step("a long word does not widen the client's page", async () => {
  await clientSays(`Here it is: ${LINK}`);
  assert.ok((await client.page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
});

step("an answer with a hole does not go out, also after a reload", async () => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await open(id);
  await write(page, "r");
  await page.keyboard.insertText("About {{message.service}}: yes.");
  const send = page.getByRole("button", { name: "Send reply" });
  await page.reload();
  await page.getByText("Still missing: the service they asked about").waitFor();
  assert.ok(await send.isDisabled());
  const before = (await server.api(`/api/admin/messages/${id}`)).thread.length;
  await answer().press("Control+Enter");
  await answer().fill("About your web shop: yes.");
  await until("it may go out", () => send.isEnabled());
  assert.equal((await server.api(`/api/admin/messages/${id}`)).thread.length, before);
});

step("an answer that is too long is kept whole and does not go out", async () => {
  await answer().fill("x".repeat(19_990));
  await page.getByText("10 characters left").waitFor();
  await answer().fill("x".repeat(20_120));
  await page.getByText("Too long by 120 characters").waitFor();
  assert.ok(await page.getByRole("button", { name: "Send reply" }).isDisabled());
  assert.equal((await answer().inputValue()).length, 20_120);
});

step("the list shows where a draft waits", async () => {
  const row = page.locator(`[data-message="${id}"]`);
  await page.goto(`/admin/messages/${id}?view=all`);
  await row.getByText("Draft", { exact: true }).waitFor();
  await answer().fill("");
  await row.getByText("Draft", { exact: true }).waitFor({ state: "detached" });
});

step("a toast covers no control of the composer", async () => {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await open(id);
    await write(page, "n");
    const place = () => page.locator("[data-composer]").evaluate((it) => it.getBoundingClientRect().bottom);
    const before = await place();
    await page.keyboard.insertText(`For the toast at ${width}`);
    await page.getByRole("button", { name: "Add note" }).click();
    await page.getByText("Note added").waitFor();
    if (width > 860) assert.equal(await place(), before, `nothing moves at ${width}`);
    await write(page, "r");
    const controls = page.locator("[data-composer]").locator(":is(button, input, select, textarea):not([hidden])");
    for (const control of await controls.all()) {
      const free = await control.evaluate((it) => {
        const { left, right, top, bottom } = it.getBoundingClientRect();
        const hit = (x, y) => document.elementFromPoint(x, y)?.closest("[data-composer]");
        return hit(left + 2, (top + bottom) / 2) && hit(right - 2, (top + bottom) / 2);
      });
      assert.ok(free, `${await control.evaluate((it) => it.outerHTML)} at ${width}`);
    }
    assert.ok(await page.getByText("Note added").isVisible(), "the toast was there meanwhile");
  }
});

step("offline, the live mark says so; back again, what failed loads by itself", async () => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto("/admin/messages?view=all");
  await page.locator("[data-message]").first().waitFor();
  await live(page);
  staff.watch.expect(/ws\/chat|ERR_INTERNET_DISCONNECTED|ERR_FAILED|Failed to load resource|WebSocket/);
  await staff.context.setOffline(true);
  await page.getByText("You are offline").waitFor();
  await page.getByTitle("Live updates are reconnecting").waitFor();
  assert.equal(await page.getByTitle("Live updates are on").count(), 0);
  await page.locator("[data-message] a").first().click();
  await page.getByRole("alert").getByText("The server cannot be reached").waitFor();
  await staff.context.setOffline(false);
  await log().waitFor({ timeout: 30_000 });
  await live(page);
  assert.equal(await page.getByText("The server cannot be reached").count(), 0);
});

step("so does a page that hears of nothing else", async () => {
  const person = page.getByRole("main").getByRole("link", { name: /Anna Virtanen/ });
  await page.goto("/admin/staff");
  await person.click();
  await page.getByRole("tabpanel").locator("form").waitFor();
  await page.goBack();
  await person.waitFor();
  await live(page);
  await staff.context.setOffline(true);
  await person.click();
  await page.getByRole("alert").getByText("The server cannot be reached").waitFor();
  await staff.context.setOffline(false);
  await page.getByRole("tabpanel").locator("form").waitFor({ timeout: 30_000 });
});

step("no browser complained", () => {
  staff.watch.assertQuiet();
  client.watch.assertQuiet();
});
