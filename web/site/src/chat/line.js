/**
 * One socket that is there again soon after it was lost. It knows nothing of chat.
 *
 * A path can die in silence: bytes vanish and nothing closes. Therefore a socket that was silent for 25 seconds is asked,
 * and is dead if nothing comes within 10 more; and an attempt to connect that leads nowhere has an end.
 */
const SILENCE_MS = 25_000;
const ANSWER_MS = 10_000;
const CONNECT_MS = 8_000;
const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 5_000;
/** A hidden page need not hurry, and many of them must not knock at once. */
const MAX_HIDDEN_WAIT_MS = 60_000;

export class Line {
  /** The other side has greeted us. */
  ready = false;
  /** Attempts since the last greeting. */
  tries = 0;
  #socket = null;
  #wanted = false;
  #retry;
  #watch;
  #asked = false;

  /**
   * `env` has the socket, the clock and chance; `greet` says what to send first, `hear` gets each frame, `changed` is
   * called when `ready` or `tries` changed.
   */
  constructor(env, { greet, hear, changed }) {
    this.env = env;
    this.greet = greet;
    this.hear = hear;
    this.changed = changed;
  }

  get wanted() {
    return this.#wanted;
  }

  start() {
    if (this.#wanted) return;
    this.#wanted = true;
    this.tries = 0;
    this.#open();
  }

  stop() {
    this.#wanted = false;
    this.rest();
  }

  /** No socket until `wake` or `moved`. */
  rest() {
    this.env.clearTimeout(this.#retry);
    this.#drop();
    this.changed();
  }

  /** A new socket at once, because this one is of no use. */
  restart() {
    if (!this.#wanted) return;
    this.#drop();
    this.#open();
  }

  /** A new socket after a while that grows with each vain attempt, or after `ms`. */
  again(ms = this.#pause()) {
    this.#drop();
    if (!this.#wanted) return;
    this.env.clearTimeout(this.#retry);
    this.#retry = this.env.setTimeout(() => this.#open(), ms);
    this.changed();
  }

  /** Somebody looks, perhaps after the device slept, or the network is back: asks whether the socket lives, or connects now. */
  wake() {
    if (!this.#wanted) return;
    if (this.ready) this.#ask();
    else if (!this.#socket) this.#open();
  }

  /** The device is on another network: the old socket will not hear anything any more. */
  moved() {
    this.tries = 0;
    this.restart();
  }

  /** The greeting was answered. */
  greeted() {
    this.ready = true;
    this.tries = 0;
    this.#listen();
    this.changed();
  }

  /** False if there is nobody to send it to. */
  send(frame) {
    if (!this.ready) return false;
    this.#write(frame);
    return true;
  }

  #open() {
    this.env.clearTimeout(this.#retry);
    if (this.#socket) return;
    this.tries++;
    let socket;
    try {
      socket = this.#socket = this.env.connect();
    } catch {
      return this.again();
    }
    const lost = () => {
      if (this.#socket === socket) this.again();
    };
    this.#watch = this.env.setTimeout(lost, CONNECT_MS);
    socket.onopen = () => {
      if (this.#socket === socket) this.#write(this.greet());
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket !== socket) return;
      if (this.ready) this.#listen();
      const frame = read(data);
      if (frame) this.hear(frame);
    };
    socket.onclose = lost;
    this.changed();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    this.ready = this.#asked = false;
    this.env.clearTimeout(this.#watch);
    socket?.close();
  }

  #listen() {
    this.#asked = false;
    this.env.clearTimeout(this.#watch);
    this.#watch = this.env.setTimeout(() => (this.env.watched() ? this.#ask() : this.#listen()), SILENCE_MS);
  }

  /** However often the page wakes, the first question counts. */
  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    this.env.clearTimeout(this.#watch);
    this.#write({ type: "ping" });
    this.#watch = this.env.setTimeout(() => this.restart(), ANSWER_MS);
  }

  #write(frame) {
    // A socket that is closing throws or swallows it; `onclose` follows.
    try {
      this.#socket.send(JSON.stringify(frame));
    } catch {
      this.again();
    }
  }

  #pause() {
    const most = this.env.watched() ? MAX_WAIT_MS : MAX_HIDDEN_WAIT_MS;
    return Math.min(most, FIRST_WAIT_MS * 2 ** Math.min(this.tries, 10)) * (0.5 + this.env.random() / 2);
  }
}

function read(text) {
  try {
    const frame = JSON.parse(text);
    return typeof frame?.type === "string" ? frame : null;
  } catch {
    return null;
  }
}
