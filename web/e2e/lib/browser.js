/** Chromium that records everything a user should never cause: script errors, console errors, policy violations. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { ADMIN } from "./server.js";

export async function launch(...args) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL("./fonts.conf", import.meta.url)) },
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb", ...args],
  });
}

export class Watch {
  complaints = [];
  #expected = [];

  /** Chromium logs every response of 400 and above as an error; a test declares which ones it expects. */
  expect(...patterns) {
    this.#expected.push(...patterns);
  }

  add(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.complaints.push(text);
  }

  assertQuiet() {
    const found = this.complaints.splice(0);
    assert.deepEqual(found, [], "the browser complained");
  }
}

/** A separate browser profile: shares no cookies and storage with another one. */
export async function person(browser, server, options = {}) {
  const context = await browser.newContext({
    baseURL: server.url,
    viewport: { width: 1280, height: 860 },
    locale: "en-GB",
    timezoneId: "Europe/Helsinki",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const watch = new Watch();
  if (options.javaScriptEnabled !== false)
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI} in ${event.sourceFile}`);
      });
    });
  context.on("console", (message) => {
    if (message.type() !== "error" && message.type() !== "warning") return;
    watch.add(`${message.text()} (${message.location().url.replace(server.url, "")})`);
  });
  context.on("weberror", (error) => watch.add(`uncaught: ${error.error().stack ?? error.error()}`));
  return { context, watch, page: await context.newPage() };
}

export async function signIn(page, { email, password } = ADMIN, { remember = false } = {}) {
  await page.goto("/admin/login");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  if (remember) await page.getByLabel("Keep me signed in").check();
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => !url.pathname.includes("/login"));
}

/** Waits until the page receives every notice, including those sent while it was loading. */
export async function live(page) {
  await page.getByTitle("Live updates are on").first().waitFor({ state: "attached" });
}

/**
 * Signs out through the menu. Waits for the socket first: its ticket request would otherwise race with the end of the
 * session.
 */
export async function signOut(page) {
  await live(page);
  await page.getByRole("button", { name: /^Account and theme/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/\/admin\/login/);
}

/** Presses the key that starts a reply or a note, and waits for the text field. */
export async function write(page, key) {
  await page.keyboard.press(key);
  await page.waitForFunction(() => document.activeElement?.matches("article textarea"));
}

/** Types like a person: a form that is sent within two seconds counts as spam. */
export async function fillContact(page, { name, email, message, service }) {
  await page.goto("/contact");
  const drawn = Date.now();
  await page.getByLabel("Your name").fill(name);
  await page.getByLabel("Email").fill(email);
  if (service) await page.getByLabel("What is it about?").selectOption(service);
  const field = page.locator("#message");
  const left = Math.max(0, 2_600 - (Date.now() - drawn));
  await field.pressSequentially(message.slice(0, 26), { delay: left / Math.min(26, message.length) });
  await field.fill(message);
}
