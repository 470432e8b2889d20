/** Sends, shows and saves files. Loads once there is one. */
import { Kept } from "../files/kept.js";
import { Pictures, whenNear } from "../files/pictures.js";
import { postFile } from "../files/post.js";
import { Uploads, alone } from "../files/uploads.js";
import { whyNot } from "../files/why.js";
import { isPicture, sizeInWords } from "../files/words.js";
import { AGAIN, CLOSE, FILE, SAVE, h, icon, say } from "./dom.js";
import { env } from "./page-env.js";
import { text as own } from "./strings.files.js";
import { text } from "./strings.js";

const ADDRESS = "/api/chat/files";
const LOAD_MS = 60_000;
/** Of a picture that is large and a line that is thin. */
const LARGE_MS = 120_000;

export class Filing {
  #chips = new Map();
  /** Bytes that this page has anyway, by both names of the file. */
  #here = new Map();

  /** The rest is for tests, which have no page. */
  constructor(files, { post = postFile, kept = new Kept(files.kept), page = { ...env, alone } } = {}) {
    this.files = files;
    this.talk = files.talk();
    this.kept = kept;
    this.pictures = new Pictures((id) => this.#bytes(id, "?size=preview", LOAD_MS));
    this.uploads = new Uploads({
      post: (file, on) => post(file, { url: ADDRESS, headers: this.#headers, ...on }),
      place: () => (this.talk.connected ? this.talk.sessionId : null),
      kept,
      changed: (key) => this.#changed(key),
      env: page,
    });
    globalThis.addEventListener?.("offline", () => this.uploads.cut());
    this.draw();
  }

  get #headers() {
    return { Authorization: `Session ${this.talk.token}` };
  }

  get #limits() {
    return this.files.config()?.files ?? {};
  }

  add(list) {
    const { files } = this;
    const room = Math.max(0, this.#limits.maxCount - files.draft.length);
    files.view?.tell(list.length > room ? text.fileMany(this.#limits.maxCount) : "");
    for (const file of list.slice(0, room)) {
      const why = whyNot(file, this.#limits);
      const made = this.uploads.add(file, why);
      if (why) Object.assign(made, { refused: true, isFinal: true });
      else if (isPicture(made)) {
        this.#here.set(made.key, file);
        void this.#measure(made, file);
      }
      files.draft.push(made);
    }
    files.save();
    this.draw();
  }

  /** So that its place in the line is right before the server has seen it. */
  async #measure(made, file) {
    try {
      const picture = await createImageBitmap(file);
      Object.assign(made, { width: picture.width, height: picture.height });
      picture.close();
      this.files.save();
    } catch {
      // The server says what is wrong with it.
    }
  }

  back() {
    this.uploads.back();
  }

  forget(list) {
    for (const { key } of list) this.uploads.drop(key);
  }

  /** Brings the files of a line to the server, as far as they are not there. */
  carry({ files }) {
    for (const file of files) {
      if (file.fileId && file.place === this.talk.sessionId) continue;
      if (file.lost) this.uploads.lost(file.key, file.lost);
      this.uploads.want(file);
      if (["done", "refused"].includes(this.uploads.of(file.key).state)) this.#changed(file.key);
    }
  }

  #changed(key) {
    const { draft } = this.files;
    const job = this.uploads.of(key);
    // What an upload has noticed, the socket may not know yet.
    if (job.state === "waiting" && job.tries) this.talk.line.wake();
    const answer = job.state === "done" && { ...job.answer, place: job.place };
    if (answer && this.#here.has(key)) this.#here.set(answer.fileId, this.#here.get(key));
    const chosen = draft.find((file) => file.key === key);
    if (chosen) {
      Object.assign(chosen, answer);
      this.draw();
      return this.files.save();
    }
    const line = this.talk.outbox.all.find((line) => !line.failed && line.files?.some((file) => file.key === key));
    if (line && answer) this.talk.carried(line.clientId, key, answer);
    else if (line && job.state === "refused") this.talk.uncarried(line.clientId, this.#words(job.why));
    else if (line) this.talk.changed();
  }

  /** How much of these files has gone out, from 0 to 1. */
  part(list) {
    const all = list.reduce((sum, { size }) => sum + size, 0);
    return list.reduce((sum, { key, size, fileId }) => sum + size * (fileId ? 1 : (this.uploads.of(key)?.part ?? 0)), 0) / all;
  }

  #words({ code, detail }) {
    const known = { type: own.type, size: own.size(sizeInWords(this.#limits.maxSize)), empty: own.empty, gone: own.gone, later: own.later, not_found: own.off };
    return known[code] ?? (detail || own.refused);
  }

  /** The files that are chosen, above what is written. */
  draw() {
    const { draft } = this.files;
    // Of an earlier page, or of a line that came back.
    for (const file of draft) {
      if (!file.fileId && !this.uploads.of(file.key)) this.uploads.want(file);
      file.refused = this.uploads.of(file.key)?.state === "refused";
    }
    const list = this.files.view?.list;
    if (!list) return;
    for (const [key, chip] of this.#chips) {
      if (draft.some((file) => file.key === key)) continue;
      this.#chips.delete(key);
      chip.node.remove();
      chip.rest();
    }
    for (const file of draft) {
      if (!this.#chips.has(file.key)) this.#chips.set(file.key, this.#chip(file));
      const chip = this.#chips.get(file.key);
      if (chip.node.parentNode !== list) list.append(chip.node);
      chip.update(file);
    }
    list.hidden = draft.length === 0;
  }

  #chip(file) {
    const { key, name } = file;
    const image = isPicture(file) && !file.isFinal && h("img", { alt: "" });
    const about = h("span", { class: "chat-file-size" });
    const why = h("span", { class: "chat-file-why", role: "alert", hidden: true });
    const bar = h("progress", { max: "1", value: "0", "aria-label": own.onWay(name) });
    const again = h("button", { type: "button", class: "chat-chip-do", "aria-label": own.again(name), title: own.again(name), hidden: true, onclick: () => this.uploads.again(key) }, icon(AGAIN));
    const remove = h("button", { type: "button", class: "chat-chip-do", "aria-label": own.remove(name), title: own.remove(name), onclick: () => this.#remove(key) }, icon(CLOSE));
    const words = h("span", { class: "chat-chip-words" }, h("span", { class: "chat-file-name" }, name), about, why, bar);
    const node = h("li", { class: "chat-chip" }, h("span", { class: "chat-chip-face" }, image || icon(FILE)), words, again, remove);
    const rest = image ? this.show(image, file) : () => {};

    const update = (file) => {
      const job = this.uploads.of(key);
      const state = job?.state ?? (file.fileId ? "done" : "waiting");
      node.dataset.state = state;
      const isRefused = state === "refused";
      const waits = state === "waiting" && (!this.talk.connected || job?.tries > 0);
      say(about, isRefused ? "" : state === "sending" ? own.part(Math.floor(job.part * 100), sizeInWords(file.size)) : waits ? own.waits : sizeInWords(file.size));
      say(why, isRefused ? this.#words(job.why) : "");
      bar.hidden = state !== "sending";
      if (job) bar.value = job.part;
      again.hidden = !isRefused || Boolean(file.isFinal);
    };

    return { node, update, rest };
  }

  #remove(key) {
    const { files } = this;
    const at = files.draft.findIndex((file) => file.key === key);
    this.uploads.drop(key);
    this.#here.delete(key);
    files.draft = files.draft.filter((file) => file.key !== key);
    files.save();
    files.view?.tell("");
    this.draw();
    const next = files.draft[Math.min(at, files.draft.length - 1)];
    if (next) this.#chips.get(next.key).node.lastElementChild.focus();
    else files.view?.focus();
  }

  /** Shows the small copy of a picture once it is nearly in sight. Returns what ends that. */
  show(image, file) {
    const id = this.#here.has(file.key) || !file.fileId ? file.key : file.fileId;
    let isTaken = false;
    const ignore = whenNear(image, () => {
      isTaken = true;
      this.pictures.take(id).then(
        (url) => isTaken && !image.hasAttribute("src") && (image.src = url),
        // Its name is in its place.
        () => {},
      );
    });
    return () => {
      ignore();
      if (isTaken) this.pictures.give(id);
      isTaken = false;
      image.removeAttribute("src");
    };
  }

  /** The picture as large as the window allows. */
  open(file) {
    const note = h("p", { class: "chat-large-note", role: "status", hidden: true });
    const image = h("img", { alt: file.name, width: file.width, height: file.height });
    const save = h("button", { type: "button", class: "chat-tool", "aria-label": own.save(file.name), title: text.fileSave, onclick: () => void this.download(file, save, (words) => say(note, words)) }, icon(SAVE));
    const dialog = h(
      "dialog",
      {
        class: "chat-large",
        "aria-label": file.name,
        onclick: (event) => event.target === dialog && dialog.close(),
        // The panel closes by the same key.
        onkeydown: (event) => event.stopPropagation(),
        onclose: () => {
          dialog.remove();
          rest();
          if (large) URL.revokeObjectURL(large);
          isOpen = false;
        },
      },
      h("p", { class: "chat-large-head" }, h("span", null, file.name), save, h("button", { type: "button", class: "chat-tool", "aria-label": own.close, title: own.close, onclick: () => dialog.close() }, icon(CLOSE))),
      image,
      note,
    );
    let isOpen = true;
    let large = null;
    this.files.view.node.append(dialog);
    dialog.showModal();
    dialog.querySelector("button:last-of-type").focus();
    const rest = this.show(image, file);
    this.#bytes(file.fileId ?? file.key, "", LARGE_MS).then(
      (bytes) => {
        if (!isOpen) return;
        large = URL.createObjectURL(bytes);
        image.src = large;
      },
      (error) => say(note, missing(error)),
    );
  }

  async download(file, button, tell = (words) => this.files.view?.tell(words)) {
    if (button.hasAttribute("aria-busy")) return;
    button.setAttribute("aria-busy", "true");
    try {
      tell("");
      save(await this.#bytes(file.fileId ?? file.key, "", LARGE_MS), file.name);
    } catch (error) {
      tell(missing(error));
    }
    button.removeAttribute("aria-busy");
  }

  /** From this page, from the browser's store, or from the server. */
  async #bytes(id, query, patience) {
    const here = this.#here.get(id) ?? this.uploads.of(id)?.file ?? (id.includes(" ") ? await this.kept.get(id) : null);
    if (here) return here;
    const answer = await fetch(`${ADDRESS}/${id}${query}`, { headers: this.#headers, signal: AbortSignal.timeout(patience) });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.blob();
  }
}

const missing = ({ message }) => (message === "404" ? own.missing : text.fileUnreached);

function save(bytes, name) {
  const link = h("a", { href: URL.createObjectURL(bytes), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
