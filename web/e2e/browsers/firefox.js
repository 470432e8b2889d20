/**
 * Debian's Firefox. geckodriver is not in Debian and npm's copies download it, so Firefox is asked directly, over
 * WebDriver BiDi. puppeteer-core speaks that, and Lighthouse brings it here anyway.
 */
import { fileURLToPath } from "node:url";
import puppeteer from "puppeteer-core";
import { listen } from "./listen.js";

const HOVERING_MOUSE = 6;

export class Firefox {
  name = "firefox";
  #browser;
  #page;

  static async open() {
    const firefox = new Firefox();
    firefox.#browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: "/usr/bin/firefox-esr",
      env: { ...process.env, FONTCONFIG_FILE: fileURLToPath(new URL("../lib/fonts.conf", import.meta.url)) },
      extraPrefsFirefox: {
        "ui.prefersReducedMotion": 1,
        // Without a screen there is no mouse, and the site would take this for a telephone.
        "ui.primaryPointerCapabilities": HOVERING_MOUSE,
        "ui.allPointerCapabilities": HOVERING_MOUSE,
      },
    });
    firefox.#page = await firefox.#browser.newPage();
    await firefox.#page.evaluateOnNewDocument(listen);
    await firefox.resize(1280, 860);
    return firefox;
  }

  goto(url) {
    return this.#page.goto(url);
  }

  reload() {
    return this.#page.reload();
  }

  run(act, ...args) {
    return this.#page.evaluate(act, ...args);
  }

  /** What a function finds in the page; null if it is nothing. */
  async element(act, ...args) {
    return (await this.#page.evaluateHandle(act, ...args)).asElement();
  }

  click(element) {
    return element.click();
  }

  type(element, text) {
    return element.type(text);
  }

  attach(element, file) {
    return element.uploadFile(file);
  }

  resize(width, height) {
    return this.#page.setViewport({ width, height });
  }

  /** Takes the network away from the page, or gives it back. What is connected stays so. */
  cut(isOff) {
    return this.#page.setOfflineMode(isOff);
  }

  picture() {
    return this.#page.screenshot();
  }

  close() {
    return this.#browser.close();
  }
}
