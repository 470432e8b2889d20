/** Bytes of files that are not sent yet, in the browser's own store: a page that is left does not lose them. */
const STORE = "files";
/** What was left behind goes after this time, as at the server. */
const DAY = 86_400_000;

const settled = (request) =>
  new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

export class Kept {
  #name;
  #open = null;

  /** Without a name nothing is kept: the bytes end with the page. */
  constructor(name) {
    this.#name = name;
  }

  /** Names sort by age. */
  static nameAt(now, uuid) {
    return `${now} ${uuid}`;
  }

  set(key, file) {
    return this.#do((store) => store.put(file, key));
  }

  get(key) {
    return this.#do((store) => store.get(key));
  }

  drop(key) {
    return this.#do((store) => store.delete(key));
  }

  clear() {
    return this.#do((store) => store.clear());
  }

  /** Nothing, where the store is blocked, full or broken. */
  async #do(act) {
    if (!this.#name) return undefined;
    try {
      this.#open ??= this.#begin();
      return await settled(act(files(await this.#open)));
    } catch {
      this.#open = null;
      return undefined;
    }
  }

  async #begin() {
    const request = indexedDB.open(this.#name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const database = await settled(request);
    // Another tab may want to remove it.
    database.onversionchange = () => database.close();
    files(database).delete(IDBKeyRange.upperBound(String(Date.now() - DAY)));
    return database;
  }
}

const files = (database) => database.transaction(STORE, "readwrite").objectStore(STORE);
