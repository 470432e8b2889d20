// Files in the inbox: what clients send is seen, and replies take files along, as the draft keeps them: over reloads, other
// messages, other tabs, undone and refused replies, and a network that goes.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { live, signOut } from "../lib/browser.js";
import { replyAsClient, seenByClient, writeAsClient } from "../lib/client.js";
import { copyPicture, dragged, pdf } from "../lib/samples.js";
import { story } from "../lib/steps.js";
import { two } from "../lib/two.js";
import { until } from "../lib/until.js";

const step = story();
const PASTED = "Pasted picture.png";
const LARGE = 1_500_000;
let server, browser, anna, ben, page, id, other, line;

before(async () => {
  ({ server, browser, anna, ben } = await two());
  page = anna.page;
  await anna.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  line = await anna.context.newCDPSession(page);
  other = await writeAsClient(server, { name: "Alan Kay", email: "alan@client.example", message: "Another matter." });
  const plan = { name: "plan.pdf", type: "application/pdf", bytes: pdf() };
  const form = { name: "Grace Hopper", email: "grace@client.example", message: "Here is our plan." };
  id = await writeAsClient(server, form, [plan]);
  await show(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

async function show(on, message = id) {
  await on.goto(`/admin/messages/${message}?view=all`);
  await live(on);
  await log(on).waitFor();
}
const log = (on = page) => on.getByRole("log", { name: "Conversation" });
const field = (on = page) => on.getByRole("textbox", { name: /^Reply to/ });
const chosen = (on = page) => on.getByRole("list", { name: "Files to send" });
const send = (on = page) => on.getByRole("button", { name: /^(Send reply|Try again)$/ });
const row = (message) => page.locator(`[data-message="${message}"]`);
const attach = (files, on = page) => on.locator("article input[type=file]").setInputFiles(files);
const aPdf = (name, size) => ({ name, mimeType: "application/pdf", buffer: pdf(size) });
const isLoaded = (image) => image.evaluate((node) => node.complete && node.naturalWidth > 0);
const names = async (on = page) =>
  (await chosen(on).count()) ? chosen(on).getByRole("listitem").locator(".words > .cut").allInnerTexts() : [];
const chooses = (list, on = page) =>
  until(`chosen is ${list.join()}`, async () => (await names(on)).join() === list.join());
/** The upload of all that is chosen has ended. */
const uploaded = (on = page) =>
  until("all are at the server", async () => {
    const sizes = await chosen(on).locator(".size").allInnerTexts();
    return sizes.length > 0 && sizes.every((text) => /^[\d.]+ (bytes|[kM]B)$/.test(text));
  });
const emulate = (conditions) =>
  line.send("Network.emulateNetworkConditions", {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
    ...conditions,
  });
/** What the server has of a reply: the names of its files; null if there is none. */
async function filesOf(content) {
  const { thread } = await server.api(`/api/admin/messages/${id}`);
  const found = thread.filter((item) => item.content === content);
  assert.ok(found.length < 2, `“${content}” is there ${found.length} times`);
  return found[0]?.files.map(({ name }) => name).join() ?? null;
}
const stored = (content, files) =>
  until(`“${content}” is stored`, async () => (await filesOf(content)) === files, 30_000);
const undone = () => page.getByText("Undone").last().waitFor();

step("what the client has sent is in the conversation, and is saved byte by byte the same", async () => {
  const download = page.waitForEvent("download");
  await log()
    .getByRole("button", { name: /^plan\.pdf\s*PDF, \d+ bytes/ })
    .click();
  const file = await download;
  assert.equal(file.suggestedFilename(), "plan.pdf");
  assert.deepEqual(readFileSync(await file.path()), pdf());
});

step("a picture is pasted, a document is chosen, and both are part of the draft", async () => {
  assert.match(await page.locator("article input[type=file]").getAttribute("accept"), /\.pdf/);
  await field().focus();
  await copyPicture(page, 1200, 600);
  await page.keyboard.press("ControlOrMeta+V");
  await chooses([PASTED]);
  await attach(aPdf("Offer 2026.pdf"));
  await chooses([PASTED, "Offer 2026.pdf"]);
  await uploaded();
  await page.getByText("Draft kept on this device").waitFor();
  await row(id).getByText("Draft").waitFor();
  assert.ok(await page.getByRole("button", { name: "Send reply" }).isDisabled(), "a reply has words");
  assert.deepEqual(await axe(page), []);
});

step("it survives a reload, and a look at another message", async () => {
  await field().fill("Here is our offer.");
  await page.reload();
  await chooses([PASTED, "Offer 2026.pdf"]);
  await until("its thumbnail is there", () => isLoaded(chosen().locator("img")));
  assert.equal(await field().inputValue(), "Here is our offer.");
  await row(other).click();
  await log().getByText("Another matter.").waitFor();
  await chooses([]);
  await row(id).click();
  await log().getByText("Here is our plan.").waitFor();
  await chooses([PASTED, "Offer 2026.pdf"]);
});

step("a note takes no files along, and leaves them to the reply", async () => {
  await page.getByRole("button", { name: "Note", exact: true }).click();
  await chosen().waitFor({ state: "detached" });
  assert.equal(await page.getByRole("button", { name: "Attach files" }).count(), 0);
  await page.getByRole("textbox", { name: "Note" }).fill("They are in a hurry.");
  await page.getByRole("button", { name: "Add note" }).click();
  await page.getByText("Note added").waitFor();
  await log().getByText("They are in a hurry.").waitFor();
  await chooses([PASTED, "Offer 2026.pdf"]);
  assert.equal(await filesOf("They are in a hurry."), "");
});

step("both go out with the reply, and are in the conversation", async () => {
  await field().fill("Here is our offer.");
  await send().click();
  await page.getByText("Reply sent").waitFor();
  await chosen().waitFor({ state: "detached" });
  await stored("Here is our offer.", `${PASTED},Offer 2026.pdf`);
  const picture = log().getByRole("img", { name: PASTED });
  await picture.scrollIntoViewIfNeeded();
  await until("the picture is there", () => isLoaded(picture));
  const { width, height } = await picture.boundingBox();
  assert.ok(Math.abs(width / height - 2) < 0.05, `${width} × ${height}`);
});

step("a reply that is undone gives text and files back, and they can be sent again", async () => {
  await page.getByRole("button", { name: "Undo" }).click();
  await undone();
  await chooses([PASTED, "Offer 2026.pdf"]);
  assert.equal(await field().inputValue(), "Here is our offer.");
  assert.deepEqual(await seenByClient(server, id), []);
  assert.equal(await filesOf("Here is our offer."), null);
  await send().click();
  await stored("Here is our offer.", `${PASTED},Offer 2026.pdf`);
});

step("so does one that is taken back in the conversation, after a reload", async () => {
  await page.reload();
  await log().getByRole("button", { name: "Take back" }).click();
  await undone();
  await chooses([PASTED, "Offer 2026.pdf"]);
  await until("its thumbnail is there", () => isLoaded(chosen().locator("img")));
  assert.equal(await field().inputValue(), "Here is our offer.");
});

step("undone from another page, they wait in the draft", async () => {
  await send().click();
  await page.getByText("Reply sent").waitFor();
  await page.getByRole("link", { name: "Dashboard" }).first().click();
  await page.getByRole("button", { name: "Undo" }).click();
  await undone();
  await page.goBack();
  await row(id).getByText("Draft").waitFor();
  await chooses([PASTED, "Offer 2026.pdf"]);
});

step("who is slower than a colleague keeps the files, and can send anyway", async () => {
  await show(ben.page);
  await field(ben.page).fill("I will call you.");
  anna.watch.expect(/409/, /ERR_FAILED/);
  // Anna's page has not heard of it yet.
  await page.route(`**/api/admin/messages/${id}`, (route) => route.abort());
  await send(ben.page).click();
  await ben.page.getByText("Reply sent").waitFor();
  await page.unroute(`**/api/admin/messages/${id}`);
  await send().click();
  const news = page.getByRole("region", { name: "New since you started writing" });
  await news.getByText("I will call you.").waitFor();
  await chooses([PASTED, "Offer 2026.pdf"]);
  await news.getByRole("button", { name: "Send anyway" }).click();
  await stored("Here is our offer.", `${PASTED},Offer 2026.pdf`);
  await chosen().waitFor({ state: "detached" });
});

step("a file of the client is among what is new", async () => {
  await field().fill("And?");
  const photo = { name: "signed.pdf", type: "application/pdf", bytes: pdf() };
  await replyAsClient(server, id, "We take it.", [photo]);
  await log().getByText("signed.pdf").waitFor();
  await send().click();
  await page
    .getByRole("region", { name: "New since you started writing" })
    .getByText(/We take it\.\s+signed\.pdf/)
    .waitFor();
  await page.getByRole("button", { name: "Keep writing" }).click();
  await field().fill("");
});

step("a picture opens large, Escape closes that and nothing else, and the focus is where it was", async () => {
  const small = log().getByRole("button", { name: PASTED });
  await small.focus();
  await page.keyboard.press("Enter");
  const large = page.getByRole("dialog", { name: PASTED });
  await until("the large one is there", () =>
    large.getByRole("img", { name: PASTED }).evaluate((node) => node.naturalWidth === 1200),
  );
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("Escape");
  await large.waitFor({ state: "hidden" });
  assert.ok(await small.evaluate((node) => node === document.activeElement));
  assert.ok(await log().isVisible());
});

step("what cannot be sent says why, and holds the reply back until it is removed", async () => {
  await attach([
    { name: "setup.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
    aPdf("terms.pdf"),
  ]);
  await chosen().getByRole("alert").getByText("This type of file can’t be sent.").waitFor();
  await field().fill("Our terms.");
  await send().click();
  await page.getByText("One of the files can’t be sent.").waitFor();
  assert.equal(await field().inputValue(), "Our terms.");
  assert.deepEqual(await axe(page), []);
  await chosen().getByRole("button", { name: "Remove setup.exe" }).press("Enter");
  assert.ok(
    await chosen()
      .getByRole("button", { name: "Remove terms.pdf" })
      .evaluate((node) => node === document.activeElement),
  );
  await send().click();
  await stored("Our terms.", "terms.pdf");
});

step("a picture that is none is refused by the server, in its words", async () => {
  anna.watch.expect(/422 \(Unprocessable/);
  const broken = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Buffer.from("and then no picture")]);
  await attach({ name: "broken.jpg", mimeType: "image/jpeg", buffer: broken });
  const why = chosen().getByRole("alert");
  await until("the server has said why", async () => (await why.textContent()).length > 10);
  await chosen().getByRole("button", { name: "Try broken.jpg again" }).waitFor();
  await chosen().getByRole("button", { name: "Remove broken.jpg" }).click();
  await chosen().waitFor({ state: "detached" });
  await until("the field has the focus", () => field().evaluate((node) => node === document.activeElement));
});

step("more than fit with one reply are not taken", async () => {
  const { maxCount } = (await server.api(`/api/admin/messages/${id}`)).fileLimits;
  await attach(Array.from({ length: maxCount + 1 }, (_, i) => aPdf(`${i}.pdf`)));
  await page.getByText(`A reply takes up to ${maxCount} files.`).waitFor();
  assert.equal((await names()).length, maxCount);
  for (const name of await names())
    await chosen()
      .getByRole("button", { name: `Remove ${name}` })
      .click();
});

step("a file is dropped on the conversation, which shows that it takes it", async () => {
  const place = page.locator("article .talk");
  const data = await dragged(page, "dropped.pdf", "application/pdf", pdf());
  await place.dispatchEvent("dragenter", { dataTransfer: data });
  await page.getByText("Drop files to attach them").waitFor();
  await place.dispatchEvent("drop", { dataTransfer: data });
  await page.getByText("Drop files to attach them").waitFor({ state: "hidden" });
  await chooses(["dropped.pdf"]);
  await chosen().getByRole("button", { name: "Remove dropped.pdf" }).click();
});

step(
  "a reply waits for its files, can be held back, and asks before it is left",
  async () => {
    await emulate({ uploadThroughput: 100_000 });
    await attach(aPdf("slow.pdf", LARGE));
    await chosen()
      .getByText(/^[1-9]\d?% of 1\.5 MB/)
      .waitFor();
    await field().fill("With all of it.");
    await send().click();
    await page.getByText("Your reply goes out as soon as its files are uploaded.").waitFor();
    assert.equal(await field().evaluate((area) => area.readOnly), true);
    const hold = page.getByRole("button", { name: "Don’t send yet" });
    await until("it has the focus", () => hold.evaluate((node) => node === document.activeElement));
    assert.deepEqual(await axe(page), []);
    await row(other).click();
    const question = page.getByRole("dialog", { name: "Leave without sending?" });
    await question.getByRole("button", { name: "Stay here" }).click();
    await hold.press("Enter");
    await until("the field has the focus", () => field().evaluate((node) => node === document.activeElement));
    assert.equal(await field().evaluate((area) => area.readOnly), false);
    await field().fill("With all of it, and more.");
    await send().click();
    await emulate({});
    await stored("With all of it, and more.", "slow.pdf");
    await chosen().waitFor({ state: "detached" });
    assert.equal(await filesOf("With all of it."), null);
  },
  { timeout: 120_000 },
);

step(
  "the network goes in the middle of an upload: it is said, and goes on when it is back",
  async () => {
    anna.watch.expect(/ws\/chat|WebSocket|ERR_|Failed to load resource/);
    await emulate({ uploadThroughput: 150_000 });
    await attach(aPdf("cut.pdf", LARGE));
    await chosen()
      .getByText(/^[1-9]\d?% of 1\.5 MB/)
      .waitFor();
    await emulate({ offline: true });
    await chosen().getByText("Waiting for the connection").waitFor();
    await field().fill("After the cut.");
    await send().click();
    await emulate({});
    await stored("After the cut.", "cut.pdf");
  },
  { timeout: 120_000 },
);

step(
  "an upload goes on while another message is read, and after a reload",
  async () => {
    await live(page);
    await emulate({ uploadThroughput: 400_000 });
    await attach(aPdf("meanwhile.pdf", LARGE));
    await chosen()
      .getByText(/^[1-9]\d?% of/)
      .waitFor();
    await row(other).click();
    await log().getByText("Another matter.").waitFor();
    await row(id).click();
    await chooses(["meanwhile.pdf"]);
    await chosen()
      .getByText(/^\d+% of/)
      .waitFor();
    await page.reload();
    await emulate({});
    await chooses(["meanwhile.pdf"]);
    await uploaded();
    await field().fill("Meanwhile.");
    await send().click();
    await stored("Meanwhile.", "meanwhile.pdf");
  },
  { timeout: 120_000 },
);

step("files that the server has lost are uploaded once more, from what the browser has kept", async () => {
  anna.watch.expect(/422 \(Unprocessable/);
  await attach(aPdf("lost.pdf"));
  await chooses(["lost.pdf"]);
  await uploaded();
  await field().fill("Found again.");
  const ids = [];
  await page.route("**/replies", async (route) => {
    ids.push(route.request().postDataJSON().files[0]);
    if (ids.length > 1) return route.continue();
    const errors = [{ field: "files", code: "invalid", message: "One of the files is unknown." }];
    const detail = "Some fields are not valid.";
    await route.fulfill({ status: 422, json: { success: false, code: "validation_failed", detail, errors } });
  });
  await send().click();
  await stored("Found again.", "lost.pdf");
  await page.unroute("**/replies");
  assert.equal(new Set(ids).size, 2);
});

step("of two tabs, the one that writes has the files, and hands them over with the text", async () => {
  await attach(aPdf("shared.pdf"));
  await chooses(["shared.pdf"]);
  await field().fill("From one tab");
  const second = await anna.context.newPage();
  await show(second);
  await second.getByText("This draft is also open in another tab.").waitFor();
  await chooses(["shared.pdf"], second);
  assert.ok(await chosen(second).getByRole("button", { name: "Remove shared.pdf" }).isDisabled());
  assert.ok(await second.getByRole("button", { name: "Attach files" }).isDisabled());
  await second.getByRole("button", { name: "Write here instead" }).click();
  await attach(aPdf("second.pdf"), second);
  await chooses(["shared.pdf", "second.pdf"], second);
  await chooses(["shared.pdf", "second.pdf"]);
  assert.ok(await chosen().getByRole("button", { name: "Remove shared.pdf" }).isDisabled());
  await send(second).click();
  await stored("From one tab", "shared.pdf,second.pdf");
  await chosen().waitFor({ state: "detached" });
  assert.equal(await field().inputValue(), "");
  await second.close();
});

step("axe finds nothing in either theme, and 320 pixels are enough", async () => {
  const name = "a-file-with-a-name-that-is-much-too-long-for-a-telephone.pdf";
  await attach(aPdf(name));
  await chooses([name]);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual(await axe(page), [], colorScheme);
  }
  for (const width of [320, 360]) {
    await page.setViewportSize({ width, height: 640 });
    await page.reload();
    await chooses([name]);
    assert.deepEqual(await axe(page), [], `${width}`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${width}`);
    const picture = await log().getByRole("button", { name: PASTED }).boundingBox();
    assert.ok(picture.x + picture.width <= width, `${width}`);
  }
  await page.setViewportSize({ width: 1280, height: 860 });
});

step("nobody has to see the pictures of spam", async () => {
  await server.api(`/api/admin/messages/${id}`, "PATCH", { status: "spam" });
  await page.reload();
  await log()
    .getByRole("button", { name: new RegExp(`^${PASTED}`) })
    .first()
    .waitFor();
  assert.equal(await log().getByRole("img", { name: PASTED }).count(), 0);
  await server.api(`/api/admin/messages/${id}`, "PATCH", { status: "in_progress" });
});

step("where files are switched off, nothing offers them, and what was sent stays", async () => {
  await server.api("/api/admin/settings", "PATCH", { "mail.files": 0 });
  await page.reload();
  await log().getByText("Offer 2026.pdf").waitFor();
  await until(
    "there is no button",
    async () => (await page.getByRole("button", { name: "Attach files" }).count()) === 0,
  );
  await field().fill("Without it.");
  await send().click();
  await page.getByText("Files in messages are switched off.").waitFor();
  await server.api("/api/admin/settings", "PATCH", { "mail.files": 3 });
});

step("who signs out leaves no file behind", async () => {
  await page.reload();
  await page.getByRole("button", { name: "Attach files" }).waitFor();
  assert.equal((await names()).length, 1);
  await signOut(page);
  const left = () =>
    page.evaluate(async () => [
      ...(await indexedDB.databases()).map(({ name }) => name),
      ...Object.keys(localStorage).filter((key) => key.startsWith("tekvwarho:draft:")),
    ]);
  await until("nothing is left", async () => (await left()).length === 0);
});

step("no browser complained", () => {
  for (const one of [anna, ben]) one.watch.assertQuiet();
});
