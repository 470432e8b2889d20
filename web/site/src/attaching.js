/** Sends and lists the files of a form. Loads with the first one. */
import { Chips, chip } from "./files/chips.js";
import { env } from "./files/env.js";
import { Kept } from "./files/kept.js";
import { Pictures, whenNear } from "./files/pictures.js";
import { postFile } from "./files/post.js";
import { text as own } from "./files/strings.js";
import { Uploads, alone } from "./files/uploads.js";
import { whyNot } from "./files/why.js";
import { text } from "./strings.js";

/** Whoever has pressed the button is told that a file does not get through, instead of waiting for longer. */
const PATIENCE_MS = 10_000;
const TRIES = 2;

const online = () => navigator.onLine !== false;

export class Attaching {
  #chips = new Chips((file) => this.#row(file));
  #heard = () => {};

  /**
   * `to` is {url, authorization(), place(), renew()}: `place` names what files belong to there, and `renew` gets another
   * place when the server does not know this one any more. `view` is {list, tell, changed, focus}; the rest is for tests.
   */
  constructor({ name, to, limits, view, tab }, { post = postFile, kept = new Kept("form-files"), page = { ...env, alone, online } } = {}) {
    Object.assign(this, { name, to, limits, view, tab, kept, page });
    this.chosen = tab.get(name) ?? [];
    this.pictures = new Pictures((key) => this.#bytes(key));
    this.uploads = new Uploads({ post: (file, on) => this.#post(post, file, on), place: to.place, kept, changed: (key) => this.#changed(key), env: page });
    globalThis.addEventListener?.("online", () => this.uploads.back());
    globalThis.addEventListener?.("offline", () => this.uploads.cut());
    this.#carry();
    this.#draw();
  }

  get waits() {
    return this.chosen.some((file) => !this.#isThere(file));
  }

  add(list) {
    const { maxCount } = this.limits;
    // What is refused takes no place.
    let room = maxCount - this.#whole.length;
    for (const file of list) {
      const why = whyNot(file, this.limits);
      if (why || room-- > 0) this.chosen.push({ ...this.uploads.add(file, why), ...(why && { isFinal: true }) });
    }
    this.#altered();
    this.view.tell(room < 0 ? text.filesMany(maxCount) : "");
  }

  /** Waits until all are there, or until it is clear that one will not be. */
  async ready() {
    this.#carry();
    for (const { key } of this.chosen) if (this.#stateOf(key) === "waiting") this.uploads.again(key);
    for (;;) {
      if (this.chosen.some(({ key }) => this.#stateOf(key) === "refused")) return { problem: text.filesFirst };
      if (this.chosen.length > this.limits.maxCount) return { problem: text.filesMany(this.limits.maxCount) };
      if (this.chosen.some(({ key }) => this.#isStuck(key))) return { problem: text.filesStuck };
      if (!this.waits) return { ids: this.chosen.map(({ fileId }) => fileId) };
      await new Promise((go) => (this.#heard = go));
    }
  }

  lost() {
    for (const file of this.chosen) {
      this.uploads.lost(file.key, file.fileId);
      file.fileId = null;
    }
    this.#carry();
    this.#save();
  }

  sent() {
    for (const { key } of this.chosen) this.uploads.drop(key);
    this.chosen = [];
    this.#save();
    this.#draw();
  }

  /** Those that are not refused. */
  get #whole() {
    return this.chosen.filter(({ key }) => this.#stateOf(key) !== "refused");
  }

  /** It counts only for the place where files go now. */
  #isThere({ fileId, place }) {
    return Boolean(fileId) && place === this.to.place();
  }

  #stateOf(key) {
    return this.uploads.of(key)?.state ?? "done";
  }

  #isStuck(key) {
    const job = this.uploads.of(key);
    if (job?.state !== "waiting" || !job.tries) return false;
    return !this.page.online() || job.tries >= TRIES || job.at - this.page.now() > PATIENCE_MS;
  }

  #carry() {
    for (const file of this.chosen) if (!this.#isThere(file)) this.uploads.want(file);
  }

  async #post(post, file, on) {
    const { url, authorization, renew } = this.to;
    try {
      return await post(file, { url, headers: { Authorization: authorization() }, ...on });
    } catch (error) {
      // What is there already belongs to the old place, and goes again.
      if (error.status === 401 && (await renew?.())) this.#carry();
      throw error;
    }
  }

  #changed(key) {
    const job = this.uploads.of(key);
    const file = this.chosen.find((file) => file.key === key);
    if (file && job.state === "done") Object.assign(file, { fileId: job.answer.fileId, place: job.place });
    this.#save();
    this.#draw();
    this.#heard();
  }

  /** There are others than before. */
  #altered() {
    this.#save();
    this.#draw();
    this.view.changed();
    this.#heard();
  }

  #save() {
    const whole = this.#whole;
    if (whole.length) this.tab.set(this.name, whole);
    else this.tab.remove(this.name);
  }

  #draw() {
    if (this.view.list) this.#chips.draw(this.view.list, this.chosen);
  }

  #row(file) {
    const { key } = file;
    const row = chip(file, { limits: this.limits, again: () => this.uploads.again(key), remove: () => this.#remove(key) });

    const update = () => {
      const job = this.uploads.of(key);
      row.update(job, job?.tries > 0 && (this.page.online() ? text.filesSoon : own.waits));
    };

    return { node: row.node, update, rest: row.image ? this.#show(row.image, key) : () => {} };
  }

  #remove(key) {
    const at = this.chosen.findIndex((file) => file.key === key);
    this.uploads.drop(key);
    this.chosen = this.chosen.filter((file) => file.key !== key);
    this.#altered();
    this.view.tell("");
    const next = this.chosen[Math.min(at, this.chosen.length - 1)];
    if (next) this.#chips.focus(next);
    else this.view.focus();
  }

  #show(image, key) {
    let isTaken = false;
    const ignore = whenNear(image, () => {
      isTaken = true;
      this.pictures.take(key).then(
        (url) => (image.src = url),
        // Its name is beside it.
        () => {},
      );
    });
    return () => {
      ignore();
      if (isTaken) this.pictures.give(key);
    };
  }

  async #bytes(key) {
    const file = this.uploads.of(key)?.file ?? (await this.kept.get(key));
    if (!file) throw new Error("not here");
    return file;
  }
}
