import { connect, createServer } from "node:net";

/** A line between the browser and the server that can go dead: nothing closes, nothing comes through. */
export class Proxy {
  #server;
  #pairs = new Set();
  #deaf = () => false;
  /** The server's port. */
  target = 0;

  static async make() {
    const proxy = new Proxy();
    proxy.#server = createServer((near) => proxy.#take(near));
    await new Promise((ready) => proxy.#server.listen(0, "127.0.0.1", ready));
    proxy.url = `http://localhost:${proxy.#server.address().port}`;
    return proxy;
  }

  /** From now on all bytes are dropped, of open and of new connections, which stay open; with `down`, only answers. */
  swallow({ down = false } = {}) {
    for (const pair of this.#pairs) pair[down ? "deafDown" : "dead"] = true;
    this.#deaf = () => (down ? "deafDown" : "dead");
  }

  /** New connections work again; the old ones stay dead. */
  pass() {
    for (const pair of this.#pairs) if (pair.deafDown) pair.dead = true;
    this.#deaf = () => false;
  }

  /** Ends dead connections, as a device does at last; until then, a browser may wait for one of them. */
  bury() {
    for (const pair of this.#pairs) {
      if (!pair.dead && !pair.deafDown) continue;
      this.#pairs.delete(pair);
      for (const end of pair.ends) end.destroy();
    }
  }

  #take(near) {
    const deaf = this.#deaf();
    const pair = { dead: deaf === "dead", deafDown: deaf === "deafDown", ends: [near] };
    this.#pairs.add(pair);
    // Half-open ends and errors of one side are the other side's only while the line lives.
    const forget = () => {
      if (pair.dead || pair.deafDown) return;
      this.#pairs.delete(pair);
      for (const end of pair.ends) end.destroy();
    };
    near.on("close", forget).on("error", () => {});
    if (pair.dead) return void near.resume();
    const far = connect(this.target, "127.0.0.1");
    pair.ends.push(far);
    far.on("close", forget).on("error", () => {});
    near.on("data", (bytes) => pair.dead || far.write(bytes));
    far.on("data", (bytes) => pair.dead || pair.deafDown || near.write(bytes));
  }

  async close() {
    for (const { ends } of this.#pairs) for (const end of ends) end.destroy();
    await new Promise((closed) => this.#server.close(closed));
  }
}
