// Files with the contact form and with a client's reply, also over a network that goes in the middle, and how the client
// gets them back from the conversation page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, person } from "../lib/browser.js";
import { Proxy } from "../lib/proxy.js";
import { copyPicture, dragged, pdf } from "../lib/samples.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
const PASTED = "Pasted picture.png";
const LONG = "a-file-with-a-name-that-is-much-too-long-for-a-telephone.pdf";
let server, proxy, browser, visitor, page, network;
let talk; // the URL of the conversation page

before(async () => {
  proxy = await Proxy.make();
  server = await Server.make({ via: proxy, env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" } });
  browser = await launch();
  visitor = await person(browser, server, { baseURL: proxy.url });
  page = visitor.page;
  await visitor.context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: proxy.url });
  network = await visitor.context.newCDPSession(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await proxy?.close();
});

const chips = (on = page) => on.getByRole("list", { name: "Files to send" });
const chooser = (on = page) => on.getByLabel("Attach files");
const send = () => page.getByRole("button", { name: "Send message" }).click();
const reply = () => page.getByRole("button", { name: "Send reply" }).click();
const asPdf = (name, bytes = pdf()) => ({ name, mimeType: "application/pdf", buffer: bytes });
const emulate = (conditions) =>
  network.send("Network.emulateNetworkConditions", {
    ...{ offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 },
    ...conditions,
  });
const isLoaded = (image) => image.evaluate((node) => node.complete && node.naturalWidth > 0);
/** All that are chosen are at the server. */
const settled = (on = page) =>
  until("all files are there", () =>
    chips(on)
      .locator("li")
      .evaluateAll((rows) => rows.length > 0 && rows.every(({ dataset }) => dataset.state === "done")),
  );

async function fill(message, email = "ada@client.example") {
  await page.goto("/contact");
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("Email").fill(email);
  await page.locator("#message").fill(message);
}

async function sent() {
  await send();
  await page.getByRole("heading", { name: "We have your message" }).waitFor({ timeout: 30_000 });
}

/** The newest message, as staff see it. */
async function newest() {
  const [{ id }] = await server.api("/api/admin/messages?limit=1");
  return server.api(`/api/admin/messages/${id}`);
}

/** The messages that have this text. */
async function list(text) {
  const all = await server.api("/api/admin/messages?limit=50");
  const full = await Promise.all(all.map(({ id }) => server.api(`/api/admin/messages/${id}`)));
  return full.filter(({ message }) => message === text);
}

/** The conversation page shows the names of files by entry. */
const shown = (on = page) =>
  on
    .locator(".said")
    .evaluateAll((entries) =>
      entries.map((entry) =>
        [...entry.querySelectorAll(".file-form button")].map(
          (button) => button.dataset.name ?? button.querySelector(".file-name").textContent,
        ),
      ),
    );

async function download(button, on = page) {
  const saved = on.waitForEvent("download");
  await button.click();
  const file = await saved;
  return { name: file.suggestedFilename(), bytes: readFileSync(await file.path()) };
}

/** What the browser still has of files. */
const kept = () =>
  page.evaluate(
    () =>
      new Promise((done) => {
        const opened = indexedDB.open("form-files");
        opened.onsuccess = () => {
          const all = opened.result.transaction("files").objectStore("files").getAllKeys();
          const names = Object.keys(sessionStorage).filter((key) => key.includes("files"));
          all.onsuccess = () => (opened.result.close(), done([...all.result, ...names]));
        };
      }),
  );
const nothingKept = () => until("nothing is kept", async () => (await kept()).length === 0);

step("the page stays light: what sends files is not part of it", async () => {
  await page.goto("/contact");
  await chooser().waitFor({ state: "attached" });
  const files = await page.evaluate(() =>
    [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].map(
      ({ name, encodedBodySize }) => ({ name, bytes: encodedBodySize }),
    ),
  );
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  console.log(`    contact page: ${files.length} files, ${(bytes / 1000).toFixed(1)} kB`);
  assert.ok(files.length <= 24 && bytes <= 60_000, `${files.length} files, ${bytes} bytes`);
  assert.deepEqual(
    files.filter(({ name }) => name.includes("attaching")),
    [],
  );
  assert.match(await chooser().getAttribute("accept"), /\.pdf/);
  await page.getByText("Up to 3 files of 10 MB each.").waitFor();
});

step("the button is reached and pressed by the keyboard", async () => {
  await page.locator("#message").focus();
  await page.keyboard.press("Tab");
  assert.ok(await chooser().evaluate((node) => node === document.activeElement));
  const opened = page.waitForEvent("filechooser");
  await page.keyboard.press("Enter");
  await (await opened).setFiles(asPdf("by-keyboard.pdf"));
  await chips().getByText("by-keyboard.pdf").waitFor();
  await chips().getByRole("button", { name: "Remove by-keyboard.pdf" }).press("Enter");
  await chips().waitFor({ state: "hidden" });
  assert.ok(await chooser().evaluate((node) => node === document.activeElement));
});

step("a pasted picture, a chosen and a dropped PDF go with the message", async () => {
  await fill("Our server fails, see the picture.");
  await page.locator("#message").focus();
  await copyPicture(page, 1200, 600);
  await page.keyboard.press("ControlOrMeta+V");
  await chips().getByText(PASTED).waitFor();
  await until("its thumbnail is there", () => isLoaded(chips().locator("img")));
  await chooser().setInputFiles(asPdf("log.pdf", pdf(20_000)));
  const data = await dragged(page, "plan.pdf", "application/pdf", pdf());
  const form = page.locator("#contact-form");
  await form.dispatchEvent("dragenter", { dataTransfer: data });
  await page.getByText("Drop your files here").waitFor();
  await form.dispatchEvent("drop", { dataTransfer: data });
  await page.getByText("Drop your files here").waitFor({ state: "hidden" });
  await chips().getByText("plan.pdf").waitFor();
  await sent();
  await nothingKept();
  const message = await newest();
  assert.equal(message.message, "Our server fails, see the picture.");
  talk = message.threadUrl;
});

step("the conversation page shows the picture and gives the files back, byte by byte", async () => {
  await page.goto(talk);
  await page.locator(".talk").waitFor();
  assert.deepEqual(await shown(), [[PASTED, "log.pdf", "plan.pdf"]]);
  const picture = page.getByRole("img", { name: PASTED });
  await until("the picture is there", () => isLoaded(picture));
  const { width, height } = await picture.boundingBox();
  assert.ok(Math.abs(width / height - 2) < 0.05, `${width} × ${height}`);
  const { name, bytes } = await download(page.getByRole("button", { name: /^Download log\.pdf/ }));
  assert.equal(name, "log.pdf");
  assert.deepEqual(bytes, pdf(20_000));
  const whole = await download(page.getByRole("button", { name: `Download ${PASTED}` }));
  assert.deepEqual([...whole.bytes.subarray(1, 4)], [...Buffer.from("PNG")]);
});

step("what cannot be sent says why, and holds back the message until it is removed", async () => {
  await fill("Only one of two");
  await chooser().setInputFiles([
    { name: "setup.exe", mimeType: "application/x-msdownload", buffer: Buffer.from("MZ") },
    asPdf("empty.pdf", Buffer.alloc(0)),
    asPdf("good.pdf"),
  ]);
  await chips().getByText("This type of file can't be sent.").waitFor();
  await chips().getByText("This file is empty.").waitFor();
  await send();
  await page.getByRole("link", { name: "One of your files can't be sent." }).waitFor();
  assert.equal(await chooser().getAttribute("aria-invalid"), "true");
  assert.ok(await chooser().evaluate((node) => node === document.activeElement));
  assert.deepEqual(await axe(page), []);
  await chips().getByRole("button", { name: "Remove setup.exe" }).press("Enter");
  await chips().getByRole("button", { name: "Remove empty.pdf" }).press("Enter");
  const next = chips().getByRole("button", { name: "Remove good.pdf" });
  assert.ok(await next.evaluate((node) => node === document.activeElement));
  assert.equal(await chooser().getAttribute("aria-invalid"), null);
  await sent();
});

step("a picture that is none is refused by the server, in its words, and too many are too many", async () => {
  visitor.watch.expect(/422 \(Unprocessable/);
  await fill("Not sent");
  const broken = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Buffer.from("and then no picture")]);
  await chooser().setInputFiles({ name: "broken.jpg", mimeType: "image/jpeg", buffer: broken });
  const why = chips().getByRole("alert");
  await until("the server has said why", async () => (await why.textContent()).length > 10);
  await chips().getByRole("button", { name: "Try broken.jpg again" }).waitFor();
  await chooser().setInputFiles(["1.pdf", "2.pdf", "3.pdf", "4.pdf"].map((name) => asPdf(name)));
  await page.getByText("One message takes up to 3 files.").waitFor();
  // What is refused takes no place of others.
  assert.equal(await chips().getByRole("listitem").count(), 4);
});

step("files survive a reload with what is written, and go with it", async () => {
  await chips().getByRole("button", { name: "Remove broken.jpg" }).click();
  await settled();
  await page.reload();
  await chips().getByText("1.pdf").waitFor();
  assert.equal(await page.locator("#message").inputValue(), "Not sent");
  await page.locator("#message").fill("Sent after a reload");
  await sent();
  await nothingKept();
  const message = await newest();
  assert.equal(message.message, "Sent after a reload");
  await page.goto(message.threadUrl);
  await page.locator(".talk").waitFor();
  assert.deepEqual(await shown(), [["1.pdf", "2.pdf", "3.pdf"]]);
});

step(
  "sending waits for a slow upload, and says so",
  async () => {
    await fill("With a large file");
    await emulate({ uploadThroughput: 300_000 });
    await chooser().setInputFiles(asPdf("large.pdf", pdf(1_500_000)));
    await chips()
      .getByText(/^[1-9]\d?% of 1\.5 MB/)
      .waitFor();
    await send();
    await page.getByRole("button", { name: "Sending your files" }).waitFor();
    await page.getByRole("heading", { name: "We have your message" }).waitFor({ timeout: 30_000 });
    await emulate({});
    assert.equal((await newest()).message, "With a large file");
  },
  { timeout: 90_000 },
);

step(
  "the network goes in the middle of an upload: it is said, nothing is lost, and it arrives once",
  async () => {
    visitor.watch.expect(/ERR_|Failed to load resource/);
    await fill("Over a bad network");
    await emulate({ uploadThroughput: 150_000 });
    await chooser().setInputFiles(asPdf("cut.pdf", pdf(1_500_000)));
    await chips()
      .getByText(/^[1-9]\d?% of/)
      .waitFor();
    await emulate({ offline: true });
    await chips().getByText("Waiting for the connection").waitFor();
    await send();
    await page.getByRole("link", { name: "Your files didn't reach us." }).waitFor();
    assert.equal((await newest()).message, "With a large file");
    await emulate({});
    await sent();
    assert.equal((await list("Over a bad network")).length, 1);
    await nothingKept();
  },
  { timeout: 120_000 },
);

step(
  "a form that stood open for too long gets another token, and its files with it",
  async () => {
    visitor.watch.expect(/401 \(Unauthorized/);
    await fill("From a form of yesterday");
    await chooser().setInputFiles(asPdf("before.pdf"));
    await settled();
    await page.locator("[name=formToken]").evaluate((input) => (input.value = "1.of-yesterday"));
    await chooser().setInputFiles(asPdf("after.pdf"));
    await until("both are there", async () => {
      const state = await page.locator("[name=formToken]").inputValue();
      return state !== "1.of-yesterday" && !(await chips().locator('li:not([data-state="done"])').count());
    });
    await sent();
    await page.goto((await newest()).threadUrl);
    await page.locator(".talk").waitFor();
    assert.deepEqual(await shown(), [["before.pdf", "after.pdf"]]);
  },
  { timeout: 60_000 },
);

step("files go with a reply, and with the one that the server first refused", async () => {
  visitor.watch.expect(/422 \(Unprocessable/);
  await page.goto(talk);
  await page.getByLabel("Your reply").focus();
  await copyPicture(page, 300, 300);
  await page.keyboard.press("ControlOrMeta+V");
  await chooser().setInputFiles(asPdf("more.pdf"));
  await chips().getByText("more.pdf").waitFor();
  await page.getByLabel("Your reply").fill("   ");
  await reply();
  await page.getByRole("alert").getByRole("link").first().waitFor();
  await chips().getByText("more.pdf").waitFor();
  await page.getByLabel("Your reply").fill("Here is more.");
  await reply();
  await page.getByText("Your reply has arrived.").waitFor();
  assert.deepEqual(await shown(), [
    [PASTED, "log.pdf", "plan.pdf"],
    [PASTED, "more.pdf"],
  ]);
  await until("the new picture is there", () => isLoaded(page.getByRole("img", { name: PASTED }).last()));
  await nothingKept();
  assert.equal(await chips().isVisible(), false);
});

step("a reply waits for its file", async () => {
  await emulate({ uploadThroughput: 300_000 });
  await chooser().setInputFiles(asPdf("slow.pdf", pdf(900_000)));
  await page.getByLabel("Your reply").fill("One more.");
  await reply();
  await page.getByRole("button", { name: "Sending your files" }).waitFor();
  await page.getByText("One more.").waitFor({ timeout: 30_000 });
  await emulate({});
  await until("it is there", async () => (await shown()).at(-1)?.[0] === "slow.pdf");
});

step("axe finds nothing in either theme, and 320 pixels are enough", async () => {
  for (const path of ["/contact", talk]) {
    // The same page with another fragment would not be loaded again.
    await page.goto("about:blank");
    await page.goto(path);
    await chooser().waitFor({ state: "attached" });
    await chooser().setInputFiles([asPdf(LONG), { ...asPdf("setup.exe"), mimeType: "application/x-msdownload" }]);
    await chips().getByText(LONG).waitFor();
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axe(page), [], `${path} ${colorScheme}`);
    }
    await page.setViewportSize({ width: 320, height: 640 });
    assert.deepEqual(await axe(page), [], `${path} at 320`);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} at 320`);
    await page.setViewportSize({ width: 1280, height: 860 });
    for (const name of [LONG, "setup.exe"])
      await chips()
        .getByRole("button", { name: `Remove ${name}` })
        .click();
  }
  await page.emulateMedia({ colorScheme: null });
  await nothingKept();
});

step("without scripts, the form offers no files, and the conversation page gives them back", async () => {
  const plain = await person(browser, server, { baseURL: proxy.url, javaScriptEnabled: false });
  await plain.page.goto("/contact");
  assert.equal(await plain.page.getByText("Attach files").isVisible(), false);
  const [address, code] = talk.split("#");
  await plain.page.goto(address);
  await plain.page.getByLabel("Code from the email").fill(code);
  await plain.page.getByRole("button", { name: "Open conversation" }).click();
  await plain.page.locator(".talk").waitFor();
  assert.equal(await plain.page.getByText("Attach files").isVisible(), false);
  const file = await download(plain.page.getByRole("button", { name: /^Download log\.pdf/ }), plain.page);
  assert.deepEqual([file.name, file.bytes], ["log.pdf", pdf(20_000)]);
  plain.watch.assertQuiet();
  await plain.context.close();
});

step("where files are switched off, nothing offers them, and those that were sent are there", async () => {
  await server.api("/api/admin/settings", "PATCH", { "mail.files": 0 });
  await page.goto("/contact");
  assert.equal(await page.getByText("Attach files").count(), 0);
  await fill("Without files");
  await sent();
  await page.goto(talk);
  await page.locator(".talk").waitFor();
  assert.equal(await page.getByText("Attach files").count(), 0);
  await until("the picture is there", () => isLoaded(page.getByRole("img", { name: PASTED }).first()));
  await server.api("/api/admin/settings", "PATCH", { "mail.files": 3 });
});

step("a conversation that is closed still gives its files back", async () => {
  const { id } = (await list("Our server fails, see the picture."))[0];
  await server.api(`/api/admin/messages/${id}`, "PATCH", { status: "spam" });
  await page.goto("about:blank");
  await page.goto(talk);
  await page.getByText("This conversation is closed.").waitFor();
  await until("the picture is there", () => isLoaded(page.getByRole("img", { name: PASTED }).first()));
  const { bytes } = await download(page.getByRole("button", { name: /^Download plan\.pdf/ }));
  assert.deepEqual(bytes, pdf());
});

step("no browser complained", () => visitor.watch.assertQuiet());
