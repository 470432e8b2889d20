// Small faults, each of which stands for its kind: what covers, clips, breaks a row or says what is not so.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, person, signIn } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";

const step = story();
const SIZES = [
  [360, 740],
  [768, 1024],
  [1280, 860],
  [1920, 1080],
];
let server, browser, desk, page;

before(async () => {
  server = await Server.make({ demo: ["--messages", "20", "--seed", "7"] });
  browser = await launch();
  desk = await person(browser, server);
  page = desk.page;
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const box = (what) => what.evaluate((it) => it.getBoundingClientRect().toJSON());

step("an invitation and a token say until when, in words for the future", async () => {
  const { id } = await server.api("/api/admin/staff", "POST", {
    name: "Eva Novak",
    email: "eva@firm.example",
    role: "staff",
    permissions: ["messages"],
  });
  const weekAhead = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "Europe/Berlin" });
  await page.goto(`/admin/staff/${id}`);
  const invitation = await page.getByText("Invitation valid until").innerText();
  assert.ok(invitation.includes(weekAhead.format(Date.now() + 7 * 86_400_000)), invitation);
  await server.api("/api/admin/tokens", "POST", { name: "Nightly", permissions: ["messages"], expiresInDays: 30 });
  await page.goto("/admin/tokens");
  const token = page.locator("[data-token=Nightly]");
  assert.match(await token.innerText(), /Expires \d+ \w+/);
  await page.getByRole("button", { name: "Revoke: Nightly" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await token.getByText("Revoked just now").waitFor();
});

step("the error of an opening hour stands below its row, and the row keeps its shape", async () => {
  await server.api("/api/admin/settings", "PATCH", {
    "hours.weekly": [
      { day: "mon", opens: "09:00", closes: "12:00" },
      { day: "mon", opens: "13:00", closes: "18:00" },
    ],
  });
  desk.watch.expect(/status of 422/);
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await page.goto("/admin/settings/hours");
    const row = page.locator("[data-time='mon 1']");
    const parts = row.locator("input, button");
    const shape = async () => (await Promise.all((await parts.all()).map(box))).map(({ x, width }) => [x, width]);
    await row.waitFor();
    const before = await shape();
    await page.getByLabel("Monday closes", { exact: true }).fill("08:00");
    await page.getByRole("button", { name: "Save changes" }).click();
    const error = row.getByText("Closing time must be after opening time");
    await error.waitFor();
    assert.deepEqual(await shape(), before, `${width}`);
    const boxes = await Promise.all((await parts.all()).map(box));
    const middles = boxes.map(({ top, bottom }) => (top + bottom) / 2);
    assert.ok(Math.max(...middles) - Math.min(...middles) < 2, `one line at ${width}: ${middles}`);
    assert.ok((await box(error)).top >= Math.max(...boxes.map(({ bottom }) => bottom)), `below it at ${width}`);
    for (const field of ["Monday opens", "Monday closes"])
      assert.equal(await page.getByLabel(field, { exact: true }).getAttribute("aria-invalid"), "true");
    assert.deepEqual(await axe(page), []);
    await page.getByRole("button", { name: "Discard" }).click();
  }
});

step("a toast stands beside the page and the navigation, never on them", async () => {
  const [{ id }] = await server.api("/api/admin/messages?limit=1");
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    await page.goto(`/admin/messages/${id}?view=all`);
    await page.getByRole("log").waitFor();
    await page.keyboard.press("n");
    await page.waitForFunction(() => document.activeElement?.matches("article textarea"));
    await page.keyboard.insertText(`At ${width}`);
    await page.getByRole("button", { name: "Add note" }).click();
    await standsFree("Note added", width);
    await page.goto("/admin/messages?view=all");
    await page.locator("[data-message] input").first().click();
    await page.getByRole("toolbar").getByRole("button", { name: "Archive" }).click();
    await standsFree("moved to Archived", width);
    await page.keyboard.press("u");
    await page.getByText("Undone").waitFor();
  }
});

async function standsFree(text, width) {
  const toast = page.locator("main ~ div [role=status]", { hasText: text });
  await toast.waitFor();
  const on = await toast.evaluate((it) => {
    const mine = it.getBoundingClientRect();
    return [...document.querySelectorAll("main, nav, [role=status]:not(:has(*))")]
      .filter((other) => !it.contains(other) && !other.closest(".sr"))
      .filter((other) => {
        const its = other.getBoundingClientRect();
        return (
          its.width && its.top < mine.bottom && its.bottom > mine.top && its.left < mine.right && its.right > mine.left
        );
      })
      .map((other) => other.outerHTML.slice(0, 80));
  });
  assert.deepEqual(on, [], `${text} at ${width}`);
  const { top, bottom, left, right } = await box(toast);
  assert.ok(
    top >= 0 && bottom <= page.viewportSize().height && left >= 0 && right <= width,
    `in the window at ${width}`,
  );
}

step("only the page scrolls, not the document behind it", async () => {
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    for (const path of ["/", "/messages", "/settings/firm", "/audit", "/profile"]) {
      await page.goto(`/admin${path}`);
      await page.locator("main h1").waitFor();
      const tall = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
      assert.equal(tall, 0, `${path} at ${width}`);
    }
  }
});

step("no browser complained", () => desk.watch.assertQuiet());
