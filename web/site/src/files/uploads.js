/**
 * Files on their way to the server, for visitors and for staff. One goes at a time; one that a lost connection stopped goes
 * again when there is one, from its beginning. It knows no page: what is known of a file is in its `meta` ({key, name, type,
 * size}), which its owner keeps, and which brings the file back after a reload.
 */
import { Kept } from "./kept.js";
import { Later, Refused } from "./post.js";

/** Nothing has moved for so long: the path is dead, though nothing closed. */
const STILL_MS = 20_000;
/** The same, once all of it has gone out: the server draws pictures again, one at a time. */
const ANSWER_MS = 60_000;
/** The same, when the connection has just come back by another path. */
const STILL_BACK_MS = 3_000;
const FIRST_WAIT_MS = 2_000;
const MAX_WAIT_MS = 30_000;
/** Another tab has it in hand. */
const OTHER_MS = 3_000;
/** So often the server may say “not now” before the person is asked. */
const TRIES = 5;

/** Of several tabs, one sends a file: runs `act` unless another tab does, and says whether it did. */
export async function alone(key, act) {
  if (!navigator.locks) {
    await act();
    return true;
  }
  return navigator.locks.request(`file ${key}`, { ifAvailable: true }, async (lock) => {
    if (lock) await act();
    return Boolean(lock);
  });
}

export class Uploads {
  #jobs = new Map();
  #running = null;

  /**
   * `post(file, {progress, signal})` sends the bytes; `place()` names where files go now, null if they can go nowhere: an
   * upload counts for its place only. `kept` has the bytes of before; `changed(key)` is called after every change. `env` has
   * the clock, names, and `alone`.
   */
  constructor({ post, place, kept, changed, env }) {
    Object.assign(this, { post, place, kept, changed, env });
  }

  /** Takes a file in and sends it, unless the reason `why` against it is known already. Returns its `meta`. */
  add(file, why = "") {
    const key = Kept.nameAt(this.env.now(), this.env.uuid());
    this.#put(key, file, why);
    if (!why) {
      void this.kept.set(key, file);
      this.go();
    }
    return { key, name: file.name, type: file.type, size: file.size };
  }

  /** Sees to it that this file comes to the place where files go now. */
  want({ key, fileId }) {
    const job = this.#jobs.get(key) ?? this.#put(key, null);
    // It is somewhere else, or the server has lost it since.
    if (job.state === "done" && (job.place !== this.place() || job.stale === job.answer.fileId)) this.#reset(job);
    if (!fileId || job.state !== "done") this.go();
  }

  /** {state: waiting, sending, done or refused; part from 0 to 1; why: {code, detail}; answer; place; tries}; null: not known. */
  of(key) {
    return this.#jobs.get(key) ?? null;
  }

  /** The server does not know this file any more. */
  lost(key, fileId) {
    const job = this.#jobs.get(key);
    if (job) job.stale = fileId;
  }

  /** The person wants it once more. */
  again(key) {
    const job = this.#jobs.get(key);
    if (!job || job.state === "sending") return;
    this.#reset(job);
    this.changed(key);
    this.go();
  }

  /** Nobody needs it any more. With `keep`, its bytes may still be of use to another tab. */
  drop(key, { keep = false } = {}) {
    const job = this.#jobs.get(key);
    this.#jobs.delete(key);
    if (job) this.env.clearTimeout(job.timer);
    job?.stop?.abort();
    if (!keep) void this.kept.drop(key);
  }

  /** Nobody is here any more who could need any of them. */
  end(options) {
    for (const key of [...this.#jobs.keys()]) this.drop(key, options);
  }

  /** The connection is back. */
  back() {
    const running = this.#running;
    if (running && this.env.now() - running.time > STILL_BACK_MS) {
      running.isHasty = true;
      running.stop.abort();
    }
    for (const job of this.#jobs.values()) if (job.state === "waiting") job.at = 0;
    this.go();
  }

  /** The device has no network any more: what is under way waits. */
  cut() {
    this.#running?.stop.abort();
  }

  /** Sends what waits. */
  go() {
    const place = this.place();
    if (this.#running || place === null) return;
    const now = this.env.now();
    const next = [...this.#jobs.values()].find((job) => job.state === "waiting" && job.at <= now);
    if (next) void this.#run(next, place);
  }

  #put(key, file, why = "") {
    const job = { key, file, state: why ? "refused" : "waiting", part: 0, tries: 0, at: 0, why: why ? { code: why, detail: "" } : null };
    this.#jobs.set(key, job);
    return job;
  }

  #reset(job) {
    Object.assign(job, { state: "waiting", part: 0, tries: 0, at: 0, why: null, answer: null });
  }

  async #run(job, place) {
    const stop = new AbortController();
    let watch;
    const moved = (part) => {
      job.time = this.env.now();
      this.env.clearTimeout(watch);
      watch = this.env.setTimeout(() => stop.abort(), part === 1 ? ANSWER_MS : STILL_MS);
      if (part === undefined || part === job.part) return;
      job.part = part;
      this.changed(job.key);
    };
    this.#running = Object.assign(job, { state: "sending", part: 0, stop });
    moved();
    this.changed(job.key);
    try {
      const mine = await this.env.alone(job.key, async () => {
        job.file ??= (await this.kept.get(job.key)) ?? null;
        if (!job.file) throw new Refused("gone");
        const answer = await this.post(job.file, { signal: stop.signal, progress: moved });
        Object.assign(job, { state: "done", part: 1, tries: 0, answer, place, stale: null });
      });
      if (!mine) this.#later(job, OTHER_MS);
    } catch (error) {
      this.#failed(job, error);
    } finally {
      this.env.clearTimeout(watch);
      this.#running = job.stop = null;
      if (this.#jobs.has(job.key)) this.changed(job.key);
      this.go();
    }
  }

  #failed(job, error) {
    const { isHasty } = job;
    job.isHasty = false;
    job.tries++;
    const answered = error instanceof Later;
    const why = error instanceof Refused ? error : answered && job.tries > TRIES && { code: "later", detail: "" };
    if (why) return Object.assign(job, { state: "refused", part: 0, why });
    const wait = answered && error.wait > 0 ? error.wait * 1000 : Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (job.tries - 1));
    this.#later(job, isHasty ? 0 : wait);
  }

  #later(job, wait) {
    Object.assign(job, { state: "waiting", part: 0, at: this.env.now() + wait });
    if (this.#jobs.has(job.key)) job.timer = this.env.setTimeout(() => this.go(), wait);
  }
}
