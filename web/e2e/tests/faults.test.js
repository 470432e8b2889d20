// Small faults, each of which stands for its kind: what covers, clips, breaks a row or says what is not so.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn } from "../lib/browser.js";
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
  const weekAhead = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "Europe/Helsinki" });
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
    // Beside a conversation, it is the list that keeps room for it.
    const page = document.querySelector(".columns.reading .list > *") ? ".list > *, .detail" : "main";
    return [...document.querySelectorAll(`${page}, nav, [role=status]:not(:has(*))`)]
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

step("on a phone the entries of the audit trail are in sight, and its filters behind a button", async () => {
  await page.setViewportSize({ width: 360, height: 740 });
  await page.goto("/admin/audit");
  const first = page.locator("details[data-action]").first();
  await first.waitFor();
  assert.ok((await box(first)).bottom < 600, `${(await box(first)).bottom}`);
  const button = page.getByRole("button", { name: /^Filter/ });
  assert.equal(await page.getByLabel("Network address").isVisible(), false);
  await button.click();
  await page.getByLabel("About").selectOption("staff");
  await page.getByRole("button", { name: /^Filter ?\(1 active/ }).waitFor();
  assert.deepEqual(await axe(page), []);
  await button.click();
  await page.getByLabel("Network address").waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Clear filters" }).click();
  await page.getByRole("button", { name: "Filter", exact: true }).waitFor();
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.getByLabel("Network address").waitFor();
  assert.equal(await button.isVisible(), false);
});

step("a long name without a space widens nothing", async () => {
  const long = "Wolfeschlegelsteinhausenbergerdorff".repeat(2);
  await server.api("/api/auth/me", "PATCH", { name: long });
  const [{ id }] = await server.api("/api/admin/messages?limit=1");
  await server.api(`/api/admin/messages/${id}/notes`, "POST", { content: long });
  const { id: eva } = (await server.api("/api/admin/staff?q=eva"))[0];
  await page.setViewportSize({ width: 360, height: 740 });
  for (const path of ["/", `/messages/${id}?view=all`, "/staff", `/staff/${eva}`, "/audit", "/tokens", "/profile"]) {
    await page.goto(`/admin${path}`);
    await page.locator("main h1").last().waitFor();
    await page.waitForFunction(() => !document.querySelector(".skeleton"));
    for (const history of await page.locator("summary", { hasText: "History" }).all()) await history.click();
    if (path.startsWith("/messages")) await page.getByText(long).last().waitFor();
    // Whatever holds text and is wider than what it stands in, unless it ends in an ellipsis.
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll("main, main *")]
        .filter(
          (it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth > 1 && !it.matches("input, select, textarea"),
        )
        .filter((it) => getComputedStyle(it).textOverflow !== "ellipsis" && getComputedStyle(it).display !== "inline")
        .map((it) => `${it.tagName}.${it.className} ${it.scrollWidth} > ${it.clientWidth}`),
    );
    assert.deepEqual(wide, [], path);
  }
});

step("while live updates reconnect, the navigation keeps its width", async () => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto("/admin/");
  await live(page);
  const widths = () => page.locator("nav[aria-label=Main] .bottom").evaluate((it) => [it.clientWidth, it.scrollWidth]);
  const [width] = await widths();
  desk.watch.expect(/ws\/chat|ERR_INTERNET_DISCONNECTED|Failed to load resource|WebSocket/);
  await desk.context.setOffline(true);
  await page.getByTitle("Live updates are reconnecting").waitFor();
  assert.deepEqual(await widths(), [width, width]);
  await desk.context.setOffline(false);
  await live(page);
});

step("the history of a page of settings tells only its own changes, in the words of the page", async () => {
  await server.api("/api/admin/settings", "PATCH", {
    "firm.city": "Turku",
    "notifications.newMessage": false,
    "hours.weekly": [{ day: "tue", opens: "10:00", closes: "17:00" }],
  });
  const historyOf = async (group) => {
    await page.goto(`/admin/settings/${group}`);
    await page.locator("summary", { hasText: "History" }).click();
    const list = page.locator("details", { hasText: "History" });
    await list.getByRole("link", { name: "Open in the audit trail" }).waitFor();
    assert.deepEqual(await axe(page), []);
    return list.innerText();
  };
  const hours = await historyOf("hours");
  assert.match(hours, /Weekly hours/);
  assert.match(hours, /Monday 09:00–12:00\s+Monday 13:00–18:00/);
  assert.match(hours, /Tuesday 10:00–17:00/);
  assert.doesNotMatch(hours, /Turku|[{}"]/);
  assert.match(await historyOf("notifications"), /New message\s+On\s+Off/);
  assert.match(await historyOf("firm"), /City\s+\S+\s+Turku/);
  assert.match(await historyOf("services"), /No changes yet/);
});

step("zones have the names of today, also a stored one", async () => {
  await server.api("/api/admin/settings", "PATCH", { "hours.timeZone": "Europe/Kiev" });
  await page.goto("/admin/settings/hours");
  const zone = page.getByRole("combobox", { name: "Time zone" });
  assert.equal(await zone.inputValue(), "Europe/Kyiv");
  assert.equal(await page.getByRole("button", { name: "Save changes" }).count(), 0, "nothing was changed");
  const names = await zone.locator("option").allInnerTexts();
  assert.ok(names.includes("Asia/Kolkata"));
  assert.deepEqual(
    names.filter((name) => /Kiev|Calcutta|Saigon/.test(name)),
    [],
  );
  await zone.selectOption("Asia/Kolkata");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved.", { exact: true }).waitFor();
  assert.equal((await server.api("/api/admin/settings"))["hours.timeZone"], "Asia/Kolkata");
});

step("what this version has no pages for is not offered, and what somebody has stays in sight", async () => {
  const boxes = (within) => within.getByRole("checkbox").evaluateAll((all) => all.map((it) => it.labels[0].innerText));
  const names = async (within) => (await boxes(within)).map((text) => text.trim().split("\n")[0]);
  const here = ["Messages", "Staff", "Audit", "Settings", "Privacy"];
  await page.goto("/admin/staff");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const invite = page.getByRole("dialog");
  assert.deepEqual(await names(invite), here);
  await invite.getByText("export them").waitFor();
  assert.deepEqual(await axe(page), []);
  await invite.getByRole("button", { name: "Cancel" }).click();
  await page.goto("/admin/tokens");
  await page.getByRole("button", { name: "New token" }).first().click();
  const token = page.getByRole("dialog");
  assert.deepEqual(await names(token), ["Messages", "Staff", "Audit trail", "Settings", "Privacy"]);
  await token.getByText("reply to and export all client messages").waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");
  const { id } = await server.api("/api/admin/staff", "POST", {
    ...{ name: "Finn Berg", email: "finn@firm.example", role: "staff", permissions: ["messages", "chats"] },
  });
  await page.goto(`/admin/staff/${id}`);
  await page.getByRole("tabpanel").locator("form").waitFor();
  assert.deepEqual(await names(page.getByRole("tabpanel")), ["Messages", "Live chat", ...here.slice(1)]);
});

step("at set-up, a wrong email is marked where it was typed", async () => {
  const empty = await Server.make({ staff: [] });
  const first = await person(browser, empty);
  try {
    first.watch.expect(/status of 422/);
    await first.page.goto(empty.setupLink);
    await first.page.getByLabel("Your name").fill("Anna");
    const [own, clients] = ["Email", "Email for clients"].map((name) =>
      first.page.getByRole("textbox", { name: new RegExp(`^${name}( ?optional)?$`) }),
    );
    await own.fill("anna@firm");
    await first.page.getByLabel("Password", { exact: true }).fill("seven-quiet-lakes");
    await first.page.getByLabel("Firm name").fill("Virtanen");
    const finish = first.page.getByRole("button", { name: "Finish setup" });
    await finish.click();
    await first.page.getByText("This does not look like an email address").waitFor();
    const marked = async () => [await own.getAttribute("aria-invalid"), await clients.getAttribute("aria-invalid")];
    assert.deepEqual(await marked(), ["true", null]);
    await own.fill("anna@firm.example");
    await clients.fill("desk@firm");
    await finish.click();
    await first.page.locator("[aria-invalid]").and(clients).waitFor();
    assert.deepEqual(await marked(), [null, "true"]);
    first.watch.assertQuiet();
  } finally {
    await empty.remove();
  }
});

step("no browser complained", () => desk.watch.assertQuiet());
