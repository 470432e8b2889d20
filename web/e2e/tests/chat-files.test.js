// Files in the chat: a visitor and a person of the firm send pictures and documents to each other, also over a network that
// goes in the middle.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn, signOut } from "../lib/browser.js";
import { Proxy } from "../lib/proxy.js";
import { copyPicture, dragged, pdf } from "../lib/samples.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
const PASTED = "Pasted picture.png";
let server, proxy, browser, visitor, page, anna;
let session; // the visitor's
let network, line; // of the two pages, to make them slow or cut them

before(async () => {
  proxy = await Proxy.make();
  server = await Server.make({ via: proxy, env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" } });
  browser = await launch();
  await server.api("/api/admin/settings", "PATCH", { "chat.hours": "own", "chat.weekly": [] });
  [visitor, anna] = [
    await person(browser, server, { baseURL: proxy.url }),
    await person(browser, server, { baseURL: proxy.url }),
  ];
  page = visitor.page;
  for (const { context } of [visitor, anna])
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: proxy.url });
  network = await visitor.context.newCDPSession(page);
  line = await anna.context.newCDPSession(anna.page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await proxy?.close();
});

const log = (on = page) => on.getByRole("log", { name: "Conversation" });
const panel = (on = page) => on.locator(".chat-talk");
const field = (on = page) => panel(on).getByRole("textbox", { name: "Your message" });
const chips = (on = page) => panel(on).getByRole("list", { name: "Files to send" });
const chooser = (on = page) => panel(on).locator("input[type=file]");
const send = (on = page) => panel(on).getByRole("button", { name: "Send", exact: true }).click();
const reply = () => anna.page.locator("[data-composer] textarea");
const chosen = () => anna.page.getByRole("list", { name: "Files to send" });
const isLoaded = (image) => image.evaluate((node) => node.complete && node.naturalWidth > 0);
/** A picture loads once it is in sight. */
async function shows(image) {
  await image.scrollIntoViewIfNeeded();
  await until("the picture is there", () => isLoaded(image));
}
// Whoever has the chat open reads it at once.
const sent = (on = page) =>
  log(on)
    .getByText(/^(Sent|Read)$/)
    .waitFor({ timeout: 30_000 });
const emulate = (conditions, on = network) =>
  on.send("Network.emulateNetworkConditions", {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
    ...conditions,
  });

/** What the server has stored of the session: each line as its text and the names of its files. */
async function rows() {
  const lines = await server.api(`/api/admin/chats/${session}/messages?limit=100`);
  return lines
    .filter((line) => line.from !== "system")
    .map(({ content, files = [] }) => [content, ...files.map(({ name }) => name)].filter(Boolean).join(" | "));
}
const count = async (row) => (await rows()).filter((one) => one === row).length;

step("a chat begins, and the button for files is there", async () => {
  await signIn(anna.page);
  await anna.page.goto("/admin/chats");
  await live(anna.page);
  await anna.page.getByRole("button", { name: "Become available" }).click();
  await anna.page.getByText("1 available").waitFor();
  await page.goto("/");
  await page.locator(".chat-open").click();
  await field().fill("Can I show you something?");
  await field().press("Enter");
  await sent();
  session = await page.evaluate(() => JSON.parse(localStorage.getItem("chat")).sessionId);
  await panel().getByRole("button", { name: "Attach files" }).waitFor();
  assert.match(await chooser().getAttribute("accept"), /\.pdf/);
  await anna.page.goto(`/admin/chats/${session}`);
  await anna.page.getByRole("button", { name: "Take chat" }).click();
  await anna.page.getByText("With you", { exact: true }).waitFor();
});

step("a copied picture is pasted, sent without a word, and seen by staff", async () => {
  await field().focus();
  await copyPicture(page, 1200, 600);
  await page.keyboard.press("ControlOrMeta+V");
  await chips().getByText(PASTED).waitFor();
  await until("its thumbnail is there", () => isLoaded(chips().locator("img")));
  await page.keyboard.press("Enter");
  await chips().waitFor({ state: "hidden" });
  await sent();
  const theirs = log(anna.page).getByRole("img", { name: PASTED });
  await until("staff see it", () => isLoaded(theirs));
  const { width, height } = await theirs.boundingBox();
  assert.ok(Math.abs(width / height - 2) < 0.05, `${width} × ${height}`);
  assert.deepEqual(await rows(), ["Can I show you something?", PASTED]);
  const ours = log().getByRole("img", { name: PASTED });
  await until("so does the visitor", () => isLoaded(ours));
});

step("it opens large, Escape closes that and nothing else, and the focus is where it was", async () => {
  for (const on of [page, anna.page]) {
    const small = log(on).getByRole("button", { name: PASTED });
    await small.focus();
    await on.keyboard.press("Enter");
    const large = on.getByRole("dialog", { name: PASTED });
    await until("the large one is there", () =>
      large.getByRole("img", { name: PASTED }).evaluate((node) => node.naturalWidth === 1200),
    );
    assert.deepEqual(await axe(on), []);
    await on.keyboard.press("Escape");
    await large.waitFor({ state: "hidden" });
    assert.ok(await small.evaluate((node) => node === document.activeElement));
    assert.ok(await log(on).isVisible());
  }
});

step("its place is there before it is: nothing jumps after a reload", async () => {
  let release;
  const held = new Promise((go) => (release = go));
  await page.route("**/api/chat/files/**", async (route) => {
    await held;
    await route.continue();
  });
  await page.reload();
  const picture = log().getByRole("button", { name: PASTED });
  await picture.waitFor();
  const before = await picture.boundingBox();
  release();
  await until("it is shown", () => isLoaded(picture.getByRole("img")));
  assert.deepEqual(await picture.boundingBox(), before);
  await page.unroute("**/api/chat/files/**");
});

step("staff attach a PDF, and the visitor saves it, byte by byte the same", async () => {
  const bytes = pdf();
  await anna.page.locator("article input[type=file]").setInputFiles({
    ...{ name: "Offer 2026.pdf", mimeType: "application/pdf", buffer: bytes },
  });
  await chosen().getByText("Offer 2026.pdf").waitFor();
  await reply().fill("Here is our offer.");
  await anna.page.keyboard.press("Enter");
  await log(anna.page)
    .getByText(/^(Sent|Read)$/)
    .waitFor();
  await chosen().waitFor({ state: "detached" });
  const row = log().getByRole("button", { name: /^Offer 2026\.pdf\s*PDF, \d+ bytes/ });
  const download = page.waitForEvent("download");
  await row.click();
  const file = await download;
  assert.equal(file.suggestedFilename(), "Offer 2026.pdf");
  assert.deepEqual(readFileSync(await file.path()), bytes);
  assert.equal((await rows()).at(-1), "Here is our offer. | Offer 2026.pdf");
});

step("what cannot be sent says why, and holds back what is written until it is removed", async () => {
  await chooser().setInputFiles([
    { name: "setup.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
    { name: "plan.pdf", mimeType: "application/pdf", buffer: pdf() },
  ]);
  await chips().getByRole("alert").getByText("This type of file can't be sent.").waitFor();
  await field().fill("Both");
  await send();
  await panel().getByText("One of your files can't be sent.").waitFor();
  assert.equal(await field().inputValue(), "Both");
  assert.deepEqual(await axe(page), []);
  await chips().getByRole("button", { name: "Remove setup.exe" }).press("Enter");
  assert.ok(
    await chips()
      .getByRole("button", { name: "Remove plan.pdf" })
      .evaluate((node) => node === document.activeElement),
  );
  await send();
  await until("the other one is stored", async () => (await count("Both | plan.pdf")) === 1);
});

step("a picture that is none is refused by the server, in its words", async () => {
  visitor.watch.expect(/422 \(Unprocessable/);
  const broken = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Buffer.from("and then no picture")]);
  await chooser().setInputFiles({ name: "broken.jpg", mimeType: "image/jpeg", buffer: broken });
  const why = chips().getByRole("alert");
  await until("the server has said why", async () => (await why.textContent()).length > 10);
  await chips().getByRole("button", { name: "Try broken.jpg again" }).waitFor();
  await chips().getByRole("button", { name: "Remove broken.jpg" }).click();
  await chips().waitFor({ state: "hidden" });
});

step("files that cannot be sent take no place, say what would help, and are in sight", async () => {
  const refused = ["1.exe", "2.exe", "3.exe", "IMG_1.HEIC"].map((name) => ({
    name,
    mimeType: "",
    buffer: Buffer.from("x"),
  }));
  const good = Array.from({ length: 5 }, (_, i) => ({
    name: `good-${i}.pdf`,
    mimeType: "application/pdf",
    buffer: pdf(),
  }));
  const video = { name: "clip.mp4", mimeType: "video/mp4", buffer: Buffer.from("x") };
  await chooser().setInputFiles([...refused, ...good, video]);
  await chips().getByText("Send photos as JPEG or PNG.").waitFor();
  const last = chips().getByText("Videos can't be sent here.");
  await last.waitFor();
  assert.equal(await chips().getByRole("listitem").count(), 10);
  assert.equal(await panel().getByText("You can send up to 5 files").count(), 0);
  const [inner, outer] = [await last.boundingBox(), await chips().boundingBox()];
  assert.ok(inner.y + inner.height <= outer.y + outer.height + 1, "the last reason is in sight");
  while (
    await chips()
      .getByRole("button", { name: /^Remove/ })
      .count()
  )
    await chips()
      .getByRole("button", { name: /^Remove/ })
      .first()
      .click();
});

step("more than five are too many for one message", async () => {
  const many = Array.from({ length: 6 }, (_, i) => ({ name: `${i}.pdf`, mimeType: "application/pdf", buffer: pdf() }));
  await chooser().setInputFiles(many);
  await panel().getByText("You can send up to 5 files per message.").waitFor();
  assert.equal(await chips().getByRole("listitem").count(), 5);
  await send();
  await until("five are stored", async () => (await rows()).at(-1) === "0.pdf | 1.pdf | 2.pdf | 3.pdf | 4.pdf");
});

step("a file is dropped on the conversation, which shows that it takes it", async () => {
  for (const [on, place, list] of [
    [page, page.locator(".chat-talk"), chips()],
    [anna.page, anna.page.locator("article .talk"), chosen()],
  ]) {
    const data = await dragged(on, "dropped.pdf", "application/pdf", pdf());
    await place.dispatchEvent("dragenter", { dataTransfer: data });
    await on.getByText(/^Drop (your )?files/).waitFor();
    await place.dispatchEvent("drop", { dataTransfer: data });
    await on.getByText(/^Drop (your )?files/).waitFor({ state: "hidden" });
    await list.getByText("dropped.pdf").waitFor();
    await list.getByRole("button", { name: "Remove dropped.pdf" }).click();
    await until("it is gone", async () => (await on.getByText("dropped.pdf").count()) === 0);
  }
});

step("a picture is pasted into a reply, and what is chosen survives a reload", async () => {
  await reply().focus();
  await copyPicture(anna.page, 300, 300);
  await anna.page.keyboard.press("ControlOrMeta+V");
  await chosen().getByText(PASTED).waitFor();
  await anna.page.reload();
  await chosen().getByText(PASTED).waitFor();
  await until("its thumbnail is there", () => isLoaded(chosen().locator("img")));
  await anna.page.getByRole("button", { name: "Send", exact: true }).click();
  await until("the visitor sees it", async () => (await log().getByRole("img", { name: PASTED }).count()) === 2);
});

step("a file can be chosen, and the chat left: the next page has it", async () => {
  await field().fill("Half a thought");
  await chooser().setInputFiles({ name: "later.pdf", mimeType: "application/pdf", buffer: pdf() });
  await chips().getByText("later.pdf").waitFor();
  await page.goto("/services");
  await chips().getByText("later.pdf").waitFor();
  assert.equal(await field().inputValue(), "Half a thought");
  await send();
  await until("it is stored", async () => (await rows()).at(-1) === "Half a thought | later.pdf");
});

step(
  "the network goes in the middle of an upload: it is said, and goes on when it is back",
  async () => {
    visitor.watch.expect(/ws\/chat|WebSocket|ERR_|Failed to load resource/);
    await emulate({ uploadThroughput: 150_000 });
    await chooser().setInputFiles({ name: "large.pdf", mimeType: "application/pdf", buffer: pdf(1_500_000) });
    await chips()
      .getByText(/^[1-9]\d?% of 1\.5 MB/)
      .waitFor();
    await emulate({ offline: true });
    await chips().getByText("Waiting for the connection").waitFor();
    await field().fill("And what I wrote with it");
    await send();
    await field().fill("What came after");
    await send();
    await log().getByText("Sending", { exact: true }).first().waitFor();
    assert.equal(await count("And what I wrote with it | large.pdf"), 0);
    await emulate({});
    await until("both are stored", async () => (await rows()).at(-1) === "What came after", 60_000);
    assert.equal((await rows()).at(-2), "And what I wrote with it | large.pdf");
    assert.equal(await count("And what I wrote with it | large.pdf"), 1);
    await sent();
  },
  { timeout: 120_000 },
);

step(
  "a page that is left in the middle of an upload: the next page sends it, once",
  async () => {
    await emulate({ uploadThroughput: 150_000 });
    await chooser().setInputFiles({ name: "left.pdf", mimeType: "application/pdf", buffer: pdf(1_500_000) });
    await chips()
      .getByText(/^[1-9]\d?% of/)
      .waitFor();
    await send();
    await log().getByText("Sending", { exact: true }).waitFor();
    await page.goto("/about");
    await emulate({});
    await until("it is stored", async () => (await count("left.pdf")) === 1, 60_000);
    await sent();
    assert.equal(await count("left.pdf"), 1);
  },
  { timeout: 120_000 },
);

step(
  "staff reload in the middle of an upload, and their network goes in the middle of the next one",
  async () => {
    anna.watch.expect(/ws\/chat|WebSocket|ERR_|Failed to load resource/);
    await emulate({ uploadThroughput: 150_000 }, line);
    const attach = (name) =>
      anna.page
        .locator("article input[type=file]")
        .setInputFiles({ name, mimeType: "application/pdf", buffer: pdf(1_500_000) });
    await attach("reloaded.pdf");
    await chosen()
      .getByText(/^[1-9]\d?% of 1\.5 MB/)
      .waitFor();
    await reply().fill("As promised.");
    await anna.page.keyboard.press("Enter");
    await log(anna.page).getByText("Sending").waitFor();
    await anna.page.reload();
    await log(anna.page).getByText("reloaded.pdf").waitFor();
    await emulate({}, line);
    await log().getByText("reloaded.pdf").waitFor({ timeout: 60_000 });
    await until("it is stored", async () => (await count("As promised. | reloaded.pdf")) === 1);

    await emulate({ uploadThroughput: 150_000 }, line);
    await attach("cut.pdf");
    await chosen()
      .getByText(/^[1-9]\d?% of 1\.5 MB/)
      .waitFor();
    await emulate({ offline: true }, line);
    await chosen().getByText("Waiting for the connection").waitFor();
    await emulate({}, line);
    await anna.page.getByRole("button", { name: "Send", exact: true }).click();
    await log().getByText("cut.pdf").waitFor({ timeout: 60_000 });
    assert.equal(await count("cut.pdf"), 1);
    await until("nothing is on its way", async () => (await log(anna.page).getByText("Sending").count()) === 0);
  },
  { timeout: 180_000 },
);

step(
  "a path that dies in silence is noticed, and the file arrives once",
  async () => {
    await emulate({ uploadThroughput: 150_000 });
    await chooser().setInputFiles({ name: "void.pdf", mimeType: "application/pdf", buffer: pdf(1_500_000) });
    await chips()
      .getByText(/^[1-9]\d?% of/)
      .waitFor();
    await send();
    proxy.swallow();
    await emulate({});
    await panel().getByText("Your messages are saved.").waitFor({ timeout: 75_000 });
    proxy.pass();
    proxy.bury();
    await until("it is stored", async () => (await count("void.pdf")) === 1, 60_000);
    await sent();
    assert.equal(await count("void.pdf"), 1);
  },
  { timeout: 180_000 },
);

step("the page of a mailed link shows files, and sends them", async () => {
  const { token } = await page.evaluate(() => JSON.parse(localStorage.getItem("chat")));
  const other = await person(browser, server, { baseURL: proxy.url });
  await other.page.goto(`/chat/${session}#${token}`);
  await shows(log(other.page).getByRole("img", { name: PASTED }).first());
  await chooser(other.page).setInputFiles({ name: "by-link.pdf", mimeType: "application/pdf", buffer: pdf() });
  await chips(other.page).getByText("by-link.pdf").waitFor();
  await send(other.page);
  await until("it is stored", async () => (await count("by-link.pdf")) === 1);
  await log().getByText("by-link.pdf").waitFor();
  assert.deepEqual(await axe(other.page), []);
  other.watch.assertQuiet();
  await other.context.close();
});

step("axe finds nothing in either theme, and 320 pixels are enough", async () => {
  const file = { name: "a-file-with-a-name-that-is-much-too-long-for-a-telephone.pdf", mimeType: "application/pdf" };
  for (const colorScheme of ["light", "dark"]) {
    for (const one of [visitor, anna]) await one.page.emulateMedia({ colorScheme });
    await page.reload();
    await anna.page.reload();
    await log().getByText("by-link.pdf").waitFor();
    await log(anna.page).getByText("by-link.pdf").waitFor();
    if (colorScheme === "light") {
      await chooser().setInputFiles({ ...file, buffer: pdf() });
      await anna.page.locator("article input[type=file]").setInputFiles({ ...file, buffer: pdf() });
    }
    await chips().getByText(file.name).waitFor();
    await chosen().getByText(file.name).waitFor();
    for (const { page } of [visitor, anna]) assert.deepEqual(await axe(page), [], colorScheme);
  }
  for (const [one, width] of [
    [visitor, 320],
    [anna, 360],
  ]) {
    await one.page.setViewportSize({ width, height: 640 });
    await one.page.reload();
    if (one === visitor) await page.locator(".chat-open").click();
    await log(one.page).waitFor();
    assert.deepEqual(await axe(one.page), [], `${width}`);
    assert.ok(await one.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}`);
    await one.page.setViewportSize({ width: 1280, height: 860 });
  }
});

step("a line that is removed takes its files along", async () => {
  await page.reload();
  await log().getByText("by-link.pdf").waitFor();
  const { seq } = (await server.api(`/api/admin/chats/${session}/messages?limit=100`)).find(({ files }) =>
    files?.some(({ name }) => name === "by-link.pdf"),
  );
  await server.api(`/api/admin/chats/${session}/messages/${seq}`, "DELETE");
  for (const on of [page, anna.page]) await log(on).getByText("by-link.pdf").waitFor({ state: "detached" });
});

step("a chat can begin with a file, whose name stands in the list", async () => {
  const other = await person(browser, server, { baseURL: proxy.url });
  await other.page.goto("/");
  await other.page.locator(".chat-open").click();
  await field(other.page).waitFor();
  await chooser(other.page).setInputFiles({ name: "first-thing.pdf", mimeType: "application/pdf", buffer: pdf() });
  await chips(other.page).getByText("first-thing.pdf").waitFor();
  await send(other.page);
  await sent(other.page);
  await anna.page.locator("[data-chat]").getByText("first-thing.pdf").waitFor();
  other.watch.assertQuiet();
  await other.context.close();
});

step("what was sent or removed is not kept in the browser", async () => {
  for (const [on, list] of [
    [page, chips()],
    [anna.page, chosen()],
  ])
    while (await list.count()) {
      const remove = list.getByRole("button", { name: /^Remove/ });
      if (!(await remove.count())) break;
      await remove.first().click();
    }
  const kept = (on, name) =>
    on.evaluate(
      (name) =>
        new Promise((done) => {
          const opened = indexedDB.open(name);
          opened.onsuccess = () => {
            const all = opened.result.transaction("files").objectStore("files").getAllKeys();
            all.onsuccess = () => (opened.result.close(), done(all.result));
          };
        }),
      name,
    );
  await until("the visitor's browser has none", async () => (await kept(page, "chat-files")).length === 0);
  const theirs = async () => (await kept(anna.page, "tekvwarho-files")).length === 0;
  await until("the browser of staff has none", theirs);
  assert.deepEqual(
    await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("chat-out-"))),
    [],
  );
});

step("where files are switched off, nothing offers them", async () => {
  await server.api("/api/admin/settings", "PATCH", { "chat.files": false });
  for (const on of [page, anna.page]) {
    await on.reload();
    await log(on).waitFor();
    await until(
      "there is no button",
      async () => (await on.getByRole("button", { name: "Attach files" }).count()) === 0,
    );
  }
  await shows(log().getByRole("img", { name: PASTED }).first());
  await server.api("/api/admin/settings", "PATCH", { "chat.files": true });
});

step("who signs out leaves no file behind", async () => {
  await anna.page.reload();
  await anna.page.getByRole("button", { name: "Attach files" }).waitFor();
  await anna.page.locator("article input[type=file]").setInputFiles({
    ...{ name: "left-behind.pdf", mimeType: "application/pdf", buffer: pdf() },
  });
  await chosen().getByText("left-behind.pdf").waitFor();
  await signOut(anna.page);
  const left = () =>
    anna.page.evaluate(async () => [
      ...(await indexedDB.databases()).map(({ name }) => name),
      ...Object.keys(localStorage).filter((key) => key.startsWith("tekvwarho:draft:")),
    ]);
  await until("nothing is left", async () => (await left()).length === 0);
});

step("no browser complained", () => {
  for (const one of [visitor, anna]) one.watch.assertQuiet();
});
