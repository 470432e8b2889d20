/** A visitor of the site who speaks the frames of chat, in a browser of their own. */
import { person } from "./browser.js";
import { until } from "./until.js";

export class Visitor {
  frames = [];
  #page;
  #welcome = null;
  #names = 0;

  /** Opens a chat; with `resume`, the one of another visitor of this class. */
  static async make(browser, server, hello = {}) {
    const visitor = new Visitor();
    const { context, page } = await person(browser, server);
    visitor.context = context;
    visitor.#page = page;
    await page.exposeFunction("heard", (text) => visitor.frames.push(JSON.parse(text)));
    await page.goto("/about");
    await visitor.connect(hello);
    return visitor;
  }

  async connect(hello = {}) {
    const before = this.frames.length;
    await this.#page.evaluate(
      (first) =>
        new Promise((done, failed) => {
          const socket = new WebSocket(`${location.origin.replace("http", "ws")}/ws/chat`);
          window.socket = socket;
          socket.onmessage = ({ data }) => window.heard(data);
          socket.onerror = () => failed(new Error("no socket"));
          socket.onopen = () => {
            socket.send(JSON.stringify(first));
            done();
          };
        }),
      { type: "hello", url: `${new URL(this.#page.url()).origin}/about`, timezone: "America/New_York", ...hello },
    );
    this.#welcome = await this.hears("welcome", () => true, before);
  }

  get token() {
    return this.#welcome.token;
  }

  get id() {
    return this.#welcome.sessionId;
  }

  send(type, frame = {}) {
    const whole = { type, sessionId: this.id, ...frame };
    return this.#page.evaluate((text) => window.socket.send(text), JSON.stringify(whole));
  }

  /** Writes a line and waits until it is stored. */
  async says(content) {
    const clientId = `v${++this.#names}`;
    await this.send("message", { clientId, content });
    return this.hears("ack", (frame) => frame.clientId === clientId);
  }

  hears(type, fits = () => true, from = 0) {
    const find = () => this.frames.slice(from).find((frame) => frame.type === type && fits(frame));
    return until(`the visitor gets ${type}`, find);
  }

  /** What staff wrote, in order. */
  get replies() {
    const lines = this.frames.flatMap((frame) =>
      frame.type === "message" ? [frame] : frame.type === "history" ? frame.messages : [],
    );
    const bySeq = new Map(lines.filter(({ from }) => from === "staff").map((line) => [line.seq, line.content]));
    return [...bySeq.entries()].sort(([a], [b]) => a - b).map(([, content]) => content);
  }

  /** Leaves the site, and may come back. */
  async goes() {
    await this.#page.evaluate(() => window.socket.close());
  }

  async leave() {
    await this.context.close();
  }
}
