/** Lines that the server has not acknowledged yet, in the browser's storage: neither a page change nor a lost connection loses one. */
export const PREFIX = "chat-out-";

export class Outbox {
  constructor(store, env) {
    this.store = store;
    this.env = env;
  }

  /** `files` are what is known of each; they need not be at the server yet. */
  add(content, files = []) {
    const last = this.all.at(-1)?.at ?? 0;
    const line = { clientId: this.env.uuid(), content, at: Math.max(this.env.now(), last + 1), ...(files.length && { files }) };
    this.#put(line);
    return line;
  }

  /** In the order in which they were written. */
  get all() {
    return this.store
      .keys(PREFIX)
      .map((key) => this.store.get(key))
      .filter((line) => line?.clientId && typeof line.content === "string")
      .sort((a, b) => a.at - b.at || (a.clientId < b.clientId ? -1 : 1));
  }

  get next() {
    return this.all.find((line) => !line.failed);
  }

  has(clientId) {
    return Boolean(clientId && this.store.get(PREFIX + clientId));
  }

  get(clientId) {
    return this.store.get(PREFIX + clientId);
  }

  /** The server refuses this line for good, and says why in `words`; the person decides what becomes of it. */
  fail(clientId, code, words) {
    const line = this.get(clientId);
    if (line) this.#put({ ...line, failed: code, ...(words && { words }) });
  }

  /** A file of this line is at the server. */
  filed(clientId, key, answer) {
    const line = this.get(clientId);
    if (line?.files) this.#put({ ...line, files: line.files.map((file) => (file.key === key ? { ...file, ...answer } : file)) });
  }

  /** The server does not know the files of this line any more: once, they are brought again. False: they were already. */
  renew(clientId) {
    const line = this.get(clientId);
    if (!line?.files || line.renewed) return false;
    this.#put({ ...line, renewed: true, files: line.files.map(({ fileId, place, ...file }) => ({ ...file, lost: fileId })) });
    return true;
  }

  remove(clientId) {
    this.store.remove(PREFIX + clientId);
  }

  #put(line) {
    this.store.set(PREFIX + line.clientId, line);
  }
}
