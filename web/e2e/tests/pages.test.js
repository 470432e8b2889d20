// Every page, light and dark: axe finds nothing, the browser reports nothing, and 320 pixels are enough.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, person, signIn } from "../lib/browser.js";
import {
  MANY,
  NOTHING_YET,
  ofMessage,
  PUBLIC,
  SENT,
  SIGNED_IN,
  SIGNED_OUT,
  visit,
  write,
  writeMany,
} from "../lib/pages.js";
import { ADMIN, Server } from "../lib/server.js";
import { until } from "../lib/until.js";

let server, empty, browser, visitor, staff, beginner;

before(async () => {
  [server, empty, browser] = await Promise.all([
    // One session loads more pages, each twice, than the limit of a session allows.
    Server.make({ demo: ["--messages", "60", "--seed", "7"], env: { TEKVWARHO_RATE_LIMITS: "off" } }),
    Server.make(),
    launch(),
  ]);
  [visitor, staff, beginner] = [
    await person(browser, server),
    await person(browser, server),
    await person(browser, empty),
  ];
  await write(server);
  await signIn(staff.page);
  await signIn(beginner.page, ADMIN);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await empty?.remove();
});

const SET_UP = [{ name: "admin-setup-done", path: "/admin/setup", ready: "h1" }];

const all = [
  ...[...PUBLIC, ...SENT, ...SIGNED_OUT].map((page) => [page, () => visitor]),
  ...SIGNED_IN.map((page) => [page, () => staff]),
  ...[...NOTHING_YET, ...SET_UP].map((page) => [page, () => beginner]),
];

for (const [spec, who] of all) test(spec.name, { timeout: 120_000 }, () => check(spec, who()));

test("the pages of one message", { timeout: 300_000 }, async (t) => {
  for (const spec of await ofMessage(server)) await t.test(spec.name, () => check(spec, visitor));
});

test("a menu of many pages", { timeout: 300_000 }, async (t) => {
  await writeMany(empty);
  for (const spec of MANY) await t.test(spec.name, () => check(spec, beginner));
});

test("a violation of the policy does not go unnoticed", async () => {
  const { page, watch, context } = await person(browser, server);
  await page.goto("/");
  await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement("img"), { src: "https://elsewhere.example/x.png" }));
  });
  await until("it is written down", () => watch.complaints.some((text) => text.includes("policy violated: img-src")));
  await context.close();
});

test("the accent is a setting that both faces follow", async () => {
  await server.api("/api/admin/settings", "PATCH", { "firm.accentHue": 285 });
  const { page, context, watch } = await person(browser, server);
  for (const path of ["/", "/admin/login"]) {
    await page.goto(path);
    const hue = await page.evaluate(() =>
      getComputedStyle(document.documentElement).getPropertyValue("--accent-hue").trim(),
    );
    assert.equal(hue, "285", path);
  }
  watch.assertQuiet();
  await context.close();
});

test("every public page has one heading, a title, a description and a canonical address", async () => {
  const { page } = visitor;
  for (const spec of PUBLIC.filter((one) => !one.act && !one.status)) {
    await page.goto(spec.path);
    assert.equal(await page.locator("h1").count(), 1, spec.path);
    assert.ok((await page.title()).length > 5, spec.path);
    for (const selector of ['meta[name="description"]', 'link[rel="canonical"]', 'meta[property="og:title"]'])
      assert.equal(await page.locator(selector).count(), 1, `${selector} on ${spec.path}`);
  }
});

test("the first load of the dashboard stays small, and so does what each page adds", { timeout: 300_000 }, async () => {
  // A separate session, without what the checks above have left in the browser.
  const again = await person(browser, server);
  await signIn(again.page);
  const pages = new Map();
  for (const [spec, { page }] of [[SIGNED_OUT[0], visitor], ...SIGNED_IN.map((spec) => [spec, again])])
    pages.set(spec.name, await filesOf(page, spec));
  await again.context.close();
  const all = [...pages.values()];
  const common = [...all[0].keys()].filter((path) => all.every((files) => files.has(path)));
  const weight = (files, paths) => paths.reduce((sum, path) => sum + files.get(path), 0);
  const first = weight(all[0], common);
  console.log(`    dashboard, first load: ${common.length} files, ${(first / 1000).toFixed(1)} kB`);
  const added = [...pages].map(([name, files]) => {
    const own = [...files.keys()].filter((path) => !common.includes(path));
    return { name, bytes: weight(files, own), requests: files.size };
  });
  const heaviest = added.toSorted((a, b) => b.bytes - a.bytes);
  for (const { name, bytes, requests } of heaviest.slice(0, 3))
    console.log(`    ${name} adds ${(bytes / 1000).toFixed(1)} kB, ${requests} files with the first load`);
  assert.ok(first <= 100_000, `${first} bytes`);
  for (const { name, bytes, requests } of added) {
    assert.ok(bytes <= 60_000, `${name} adds ${bytes} bytes`);
    // One script and one style sheet for each slice that shows something there.
    assert.ok(requests <= 24, `${name}: ${requests} files`);
  }
});

/** What a page loads with an empty cache, in compressed bytes; API responses count as data. */
async function filesOf(page, spec) {
  const debug = await page.context().newCDPSession(page);
  await debug.send("Network.enable");
  await debug.send("Network.setCacheDisabled", { cacheDisabled: true });
  const [waiting, paths, files] = [new Set(), new Map(), new Map()];
  const isFile = (url) => /^https?:/.test(url) && !new URL(url).pathname.startsWith("/api/");
  debug.on("Network.requestWillBeSent", ({ requestId, request }) => isFile(request.url) && waiting.add(requestId));
  debug.on("Network.loadingFailed", ({ requestId }) => waiting.delete(requestId));
  debug.on("Network.responseReceived", ({ requestId, response }) => {
    // Only the headers have arrived so far; the weight includes the whole file.
    if (isFile(response.url))
      paths.set(requestId, { path: new URL(response.url).pathname, head: response.encodedDataLength });
  });
  debug.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    waiting.delete(requestId);
    const { path, head } = paths.get(requestId) ?? {};
    // Every page loads the same document, whatever its URL.
    const name = path?.startsWith("/admin/_app/") || path?.includes(".") ? path : "document";
    if (path) files.set(name, encodedDataLength - head);
  });
  await visit(page, spec);
  await until("all files are there", () => waiting.size === 0);
  await debug.detach();
  return files;
}

/**
 * Light, then dark, then narrow. Dark reloads the page: Chromium sometimes keeps an inherited colour of the previous
 * scheme when the scheme changes on a rendered page, which nobody with a fixed scheme encounters.
 */
async function check(spec, { page, watch }) {
  if (spec.status === 404) watch.expect(/status of 404/);
  if (spec.causes) watch.expect(spec.causes);
  if (spec.complains) watch.expect(spec.complains);
  const problems = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const answer = await visit(page, spec);
    assert.equal(answer.status(), spec.status ?? 200);
    for (const problem of await axe(page)) problems.push(`${colorScheme}: ${problem}`);
  }
  await page.setViewportSize({ width: 320, height: 640 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) problems.push(`320 px: scrolls sideways by ${over} px`);
  for (const problem of await axe(page)) problems.push(`320 px: ${problem}`);
  await page.setViewportSize({ width: 1280, height: 860 });
  const below = await page.evaluate(
    () => document.querySelector(".shell") && document.documentElement.scrollHeight - innerHeight,
  );
  // SvelteKit's announcer is one pixel high and lies below the shell.
  if (below > 1) problems.push(`the frame scrolls by ${below} px into nothing`);
  assert.deepEqual(problems, []);
  watch.assertQuiet();
}
