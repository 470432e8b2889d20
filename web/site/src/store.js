/**
 * Values in the browser's storage. Where it is blocked or full, they live as long as the page: what is in memory counts
 * before what is stored, and only what storage did not take is in memory.
 */
export class Store {
  #memory = new Map();

  /** `area` is looked up late, because a browser that blocks storage throws as soon as it is named. */
  constructor(area, prefix = "") {
    this.area = area;
    this.prefix = prefix;
  }

  get(key) {
    if (this.#memory.has(key)) return this.#memory.get(key);
    return this.#try((area) => JSON.parse(area.getItem(this.prefix + key))) ?? null;
  }

  set(key, value) {
    const stored = this.#try((area) => {
      area.setItem(this.prefix + key, JSON.stringify(value));
      return true;
    });
    if (stored) this.#memory.delete(key);
    else this.#memory.set(key, value);
  }

  remove(key) {
    this.#memory.delete(key);
    this.#try((area) => area.removeItem(this.prefix + key));
  }

  keys(prefix) {
    const full = this.prefix + prefix;
    const stored = this.#try((area) => Object.keys(area)) ?? [];
    const ours = stored.filter((key) => key.startsWith(full)).map((key) => key.slice(this.prefix.length));
    return [...new Set([...ours, ...[...this.#memory.keys()].filter((key) => key.startsWith(prefix))])];
  }

  #try(act) {
    try {
      return act(this.area());
    } catch {
      return undefined;
    }
  }
}
