/**
 * Debian's WebKitGTK in its MiniBrowser, by W3C WebDriver: that is a handful of requests with JSON, fewer lines here than a
 * library would take. It has no BiDi, so there is no log of the browser and no way to make the device offline.
 */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../lib/server.js";
import { until } from "../lib/until.js";
import { listen } from "./listen.js";

const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const ENTER = "\ue007";
const SCREEN = { width: 1400, height: 1000 };

/** What has to end with this process, whatever ends it. */
const running = new Set();
process.on("exit", () => {
  for (const webkit of running) webkit.kill();
});

export class WebKit {
  name = "webkit";
  #home = mkdtempSync(join(tmpdir(), "tekvwarho-webkit-"));
  #children = [];
  #said = "";
  #driver;
  #session;

  static async open() {
    const webkit = new WebKit();
    running.add(webkit);
    try {
      await webkit.#start();
    } catch (error) {
      webkit.kill();
      throw new Error(`WebKit does not start: ${error.message}\n${webkit.#said}`);
    }
    return webkit;
  }

  async #start() {
    const settings = join(this.#home, ".config/gtk-3.0");
    mkdirSync(settings, { recursive: true });
    // GTK's word for less motion.
    writeFileSync(join(settings, "settings.ini"), "[Settings]\ngtk-enable-animations=0\n");
    // The buttons of MiniBrowser would keep its window wider than a telephone.
    writeFileSync(join(settings, "gtk.css"), "* { min-width: 0; padding: 0; margin: 0; border-width: 0; }\n");

    let display = "";
    const size = `${SCREEN.width}x${SCREEN.height}x24`;
    const screen = this.#spawn("Xvfb", ["-displayfd", "3", "-screen", "0", size, "-nolisten", "tcp"]);
    screen.stdio[3].on("data", (bytes) => {
      display += bytes;
    });
    await until("Xvfb has a display", () => this.#alive(screen) && display.endsWith("\n"));

    const port = await freePort();
    this.#driver = `http://127.0.0.1:${port}`;
    const driver = this.#spawn("WebKitWebDriver", ["--host=127.0.0.1", `--port=${port}`], {
      PATH: process.env.PATH,
      HOME: this.#home,
      XDG_RUNTIME_DIR: this.#home,
      DISPLAY: `:${display.trim()}`,
      FONTCONFIG_FILE: fileURLToPath(new URL("../lib/fonts.conf", import.meta.url)),
      // Nobody is there to read the page aloud, and no bus to offer it on.
      NO_AT_BRIDGE: "1",
    });
    const answers = () =>
      fetch(`${this.#driver}/status`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until("WebKitWebDriver answers", () => this.#alive(driver) && answers());

    const { sessionId } = await this.#ask("POST", "/session", { capabilities: {} });
    this.#session = `/session/${sessionId}`;
    await this.resize(1280, 860);
  }

  /** In a group of its own, because the browser is a child of its driver. */
  #spawn(command, args, env = process.env) {
    const child = spawn(command, args, { env, detached: true, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    this.#children.push(child);
    child.on("error", (error) => {
      this.#said += `${error.message}\n`;
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (bytes) => {
        this.#said += bytes;
      });
    return child;
  }

  #alive(child) {
    if (child.pid === undefined || child.exitCode !== null) throw new Error(`${child.spawnfile} has ended`);
    return true;
  }

  async #ask(method, path, body) {
    const answer = await fetch(this.#driver + path, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
    return value;
  }

  #tell(path, body = {}) {
    return this.#ask("POST", this.#session + path, body);
  }

  async goto(url) {
    await this.#tell("/url", { url });
    await this.run(listen);
  }

  async reload() {
    await this.#tell("/refresh");
    await this.run(listen);
  }

  run(act, ...args) {
    return this.#tell("/execute/sync", { script: `return (${act})(...arguments)`, args });
  }

  /** What a function finds in the page; null if it is nothing. */
  async element(act, ...args) {
    return (await this.run(act, ...args))?.[ELEMENT] ?? null;
  }

  click(element) {
    return this.#tell(`/element/${element}/click`);
  }

  type(element, text) {
    return this.#tell(`/element/${element}/value`, { text: text.replaceAll("\n", ENTER) });
  }

  attach(element, file) {
    return this.#tell(`/element/${element}/value`, { text: file });
  }

  /** The window has a bar above the page, and the focus only below the pointer, which is in the middle of the screen. */
  async resize(width, height) {
    const place = { x: Math.round((SCREEN.width - width) / 2), y: 0, width };
    await this.#tell("/window/rect", { ...place, height });
    const bar = await this.run(() => outerHeight - innerHeight);
    await this.#tell("/window/rect", { ...place, height: height + bar });
  }

  /**
   * Tells the page that the network is gone, or back, as the browser would: the driver cannot take it away. What is
   * connected stays so, as in Firefox.
   */
  cut(isOff) {
    return this.run((off) => {
      Object.defineProperty(navigator, "onLine", { configurable: true, get: () => !off });
      dispatchEvent(new Event(off ? "offline" : "online"));
    }, isOff);
  }

  async picture() {
    return Buffer.from(await this.#ask("GET", `${this.#session}/screenshot`), "base64");
  }

  async close() {
    await this.#ask("DELETE", this.#session);
    this.kill();
  }

  kill() {
    running.delete(this);
    for (const { pid, exitCode } of this.#children) if (pid && exitCode === null) process.kill(-pid, "SIGKILL");
    rmSync(this.#home, { recursive: true, force: true });
  }
}
