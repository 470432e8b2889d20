/** What somebody who waits for a reply is told, once: that nobody is here, or, after a while, that the message has arrived. */
import { text } from "./strings.js";

const LONG_MS = 75_000;

export class Waiting {
  /** The message after which it was said, by its `clientId`. */
  #away = null;
  #long = null;
  #since = null;
  #session = null;

  constructor({ env, talk, config, changed }) {
    Object.assign(this, { env, talk, config, changed });
  }

  /** Something was said. */
  get told() {
    return Boolean(this.#away ?? this.#long);
  }

  look(lines) {
    const { sessionId } = this.talk;
    // Another conversation: nothing was said in it.
    if (this.#session !== sessionId) this.#away = this.#long = this.#since = null;
    this.#session = sessionId;
    const last = lines.findLast((line) => line.from === "visitor" && line.seq);
    const config = this.config();
    if (!config || !last || this.talk.info?.status !== "waiting") return void (this.#since = null);
    const now = this.env.now();
    if (this.#since === null) {
      this.#since = now;
      this.env.setTimeout(this.changed, LONG_MS);
    }
    if (!config.available) this.#away ??= last.clientId;
    else if (!this.#away && now - this.#since >= LONG_MS) this.#long ??= last.clientId;
  }

  /** What stands below this message. */
  after(clientId) {
    if (!clientId) return "";
    if (clientId === this.#away) return this.config()?.awayText || text.busy;
    return clientId === this.#long ? text.waiting : "";
  }
}
