/** What a person does in a tab, whatever the browser: `driver` is a Firefox or a WebKit of this folder. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { until } from "../lib/until.js";
import { find } from "./find.js";

const pictures = process.env.BROWSER_PICTURES;

export class Tab {
  #complaints = [];

  constructor(driver, url) {
    this.driver = driver;
    this.url = url;
  }

  static async open(Browser, url) {
    return new Tab(await Browser.open(), url);
  }

  async goto(path) {
    await this.#listen();
    await this.driver.goto(this.url + path);
  }

  async reload() {
    await this.#listen();
    await this.driver.reload();
  }

  /** Runs a function in the page, which takes and returns what JSON can carry. */
  run(act, ...args) {
    return this.driver.run(act, ...args);
  }

  /** Waits for what `find` describes. */
  sees(what, timeout) {
    return until(`one sees ${JSON.stringify(what)}`, () => this.driver.element(find, what), timeout);
  }

  misses(what, timeout) {
    const isGone = async () => !(await this.driver.element(find, what));
    return until(`one no longer sees ${JSON.stringify(what)}`, isGone, timeout);
  }

  /** What has just come, or is being drawn again, cannot be clicked for a moment. */
  async click(what) {
    let why;
    const clicked = async () => {
      const element = await this.driver.element(find, what);
      if (!element) return false;
      try {
        await this.driver.click(element);
        return true;
      } catch (error) {
        why = error;
        return false;
      }
    };
    await until(`one can click ${JSON.stringify(what)}`, clicked).catch((error) => {
      throw new Error(error.message, { cause: why });
    });
  }

  /** A line break is the Enter key. */
  async type(what, text) {
    await this.driver.type(await this.sees(what), text);
  }

  async attach(what, file) {
    await this.driver.attach(await this.sees(what), file);
  }

  async resize(width, height) {
    await this.driver.resize(width, height);
    await until(`the page is ${width} pixels wide`, async () => (await this.run(() => innerWidth)) === width);
    await until("the page has the focus", () => this.run(() => document.hasFocus()));
  }

  async assertNoSidewaysScrolling() {
    const { page, window } = await this.run(() => ({
      page: document.documentElement.scrollWidth,
      window: innerWidth,
    }));
    assert.ok(page <= window, `the page is ${page} pixels wide in a window of ${window}`);
  }

  /** Kept only if BROWSER_PICTURES names a folder. */
  async picture(name) {
    if (!pictures) return;
    // WebKit hands out what it has painted, which can be older than the page.
    await this.run(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))));
    mkdirSync(pictures, { recursive: true });
    writeFileSync(join(pictures, `${this.driver.name}-${name}.png`), await this.driver.picture());
  }

  async assertQuiet() {
    await this.#listen();
    assert.deepEqual(this.#complaints.splice(0), [], "the browser complained");
  }

  close() {
    return this.driver.close();
  }

  /** What the page complained about, before it goes. */
  async #listen() {
    this.#complaints.push(...(await this.run(() => window.complaints?.splice(0) ?? [])));
  }
}
