// What a browser loads: bytes on the wire for every file of a page, as JSON. `node weigh.mjs URL EMAIL PASSWORD`
import { createRequire } from "node:module";

const require = createRequire(new URL("../web/e2e/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const [url, email, password] = process.argv.slice(2);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });

/** Loads a page with an empty cache; API responses count separately, as data. */
async function weigh(path, state, ready) {
  const context = await browser.newContext({ storageState: state });
  const page = await context.newPage();
  const waiting = [];
  // Requests that finish after the measurement belong to a later page, and may be cut off with the window.
  page.on("requestfinished", (request) => waiting.push(size(request).catch(() => null)));
  await page.goto(url + path);
  if (ready) await page.locator(ready).first().waitFor();
  await page.waitForLoadState("networkidle");
  const files = (await Promise.all(waiting)).filter(Boolean);
  return { context, page, files };
}

async function size(request) {
  const response = await request.response();
  if (!response || request.url().startsWith("data:")) return null;
  const { responseBodySize } = await request.sizes();
  return { path: new URL(request.url()).pathname, bytes: responseBodySize, encoding: response.headers()["content-encoding"] ?? "" };
}

const home = await weigh("/");
await home.context.close();
const login = await weigh("/admin/login", undefined, "input[type=password]");
await login.page.locator("input[type=email]").first().fill(email);
await login.page.locator("input[type=password]").first().fill(password);
await login.page.locator("button[type=submit]").first().click();
await login.page.waitForURL((address) => !address.pathname.includes("login"));
await login.page.waitForLoadState("networkidle");
const state = await login.context.storageState();
await login.context.close();
const dashboard = await weigh("/admin/", state, "main h1, main h2");
await dashboard.context.close();
await browser.close();
console.log(JSON.stringify({ home: home.files, login: login.files, dashboard: dashboard.files }));
