/**
 * Finds out that a socket is dead although it never closed: it asks now and then, and no answer means dead. Browsers
 * answer the server's own pings themselves and show the page nothing of them. To the server, being asked means that
 * somebody looks at the page.
 */
const EVERY_MS = 25_000;
const ANSWER_MS = 10_000;

export class Probe {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = false;

  /** `watched`: somebody looks at the page. Otherwise silence does not matter, until the page asks because it woke. */
  constructor(
    private readonly ping: () => void,
    private readonly dead: () => void,
    private readonly watched: () => boolean,
  ) {}

  /** Something was received: an answer, if one was due. */
  heard(): void {
    if (this.#timer && !this.#asked) return;
    this.rest();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.watched()) this.ask();
    }, EVERY_MS);
  }

  /** Asks now, unless an answer is due already. */
  ask(): void {
    if (this.#asked) return;
    this.rest();
    this.#asked = true;
    this.ping();
    this.#timer = setTimeout(() => {
      this.#asked = false;
      this.dead();
    }, ANSWER_MS);
  }

  /** There is no socket. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#asked = false;
  }
}
