/**
 * The lines of a session as this page knows them: a run without holes from `low` to `head`, and lines that arrived ahead
 * of it. Whatever arrives twice or in the wrong order, `lines` has each line once and in order.
 */
export class Thread {
  #known = new Map();

  /** Begins after the line `after`, so that a long session need not be loaded whole. */
  constructor(after = 0) {
    this.low = after + 1;
    this.head = after;
  }

  /** True if what is shown changed. */
  take(line) {
    const known = this.#known.get(line.seq);
    if (known && !replaces(line, known)) return false;
    this.#known.set(line.seq, line);
    if (line.seq >= this.low && line.seq <= this.head) return true;
    const { low, head } = this;
    while (this.#known.has(this.head + 1)) this.head++;
    while (this.#known.has(this.low - 1)) this.low--;
    return low !== this.low || head !== this.head;
  }

  get lines() {
    const lines = [];
    for (let seq = this.low; seq <= this.head; seq++) lines.push(this.#known.get(seq));
    return lines;
  }

  /** What to ask the server for, if lines are missing before one that has arrived. */
  get gap() {
    let next = Infinity;
    for (const seq of this.#known.keys()) if (seq > this.head && seq < next) next = seq;
    return next === Infinity ? null : { beforeSeq: next, limit: Math.min(100, next - this.head - 1) };
  }

  /** What to ask for to see earlier lines, if there are any. */
  get earlier() {
    return this.low > 1 ? { beforeSeq: this.low, limit: Math.min(50, this.low - 1) } : null;
  }

  has(seq) {
    return this.#known.has(seq);
  }
}

/** The server's copy replaces our own, and what was removed stays removed. */
const replaces = (line, known) => (known.local && !line.local) || (line.redacted && !known.redacted);
