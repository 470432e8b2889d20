/** Sends, shows and saves files. Loads once there is one. */
import { Chips, chip } from "../files/chips.js";
import { Kept } from "../files/kept.js";
import { Pictures, whenNear } from "../files/pictures.js";
import { postFile } from "../files/post.js";
import { reason } from "../files/reason.js";
import { text as own } from "../files/strings.js";
import { Uploads, alone } from "../files/uploads.js";
import { whyNot } from "../files/why.js";
import { isPicture } from "../files/words.js";
import { CLOSE, SAVE, h, icon, say } from "./dom.js";
import { env } from "./page-env.js";
import { text } from "./strings.js";

const ADDRESS = "/api/chat/files";
/** Of a picture that is large and a line that is thin. */
const LOAD_MS = 120_000;

export class Filing {
  #chips = new Chips((file) => this.#chip(file));
  /** Bytes that this page has anyway, by both names of the file. */
  #here = new Map();

  /** The rest is for tests, which have no page. */
  constructor(files, { post = postFile, kept = new Kept(files.kept), page = { ...env, alone } } = {}) {
    this.files = files;
    this.talk = files.talk();
    this.kept = kept;
    this.pictures = new Pictures((id) => this.#bytes(id, "?size=preview"));
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
    const { maxCount } = this.#limits;
    // What is refused takes no place.
    let room = maxCount - files.draft.filter((file) => !file.refused).length;
    for (const file of list) {
      const why = whyNot(file, this.#limits);
      if (why || room-- > 0) this.#choose(file, why);
    }
    files.view?.tell(room < 0 ? text.fileMany(maxCount) : "");
    files.save();
    this.draw();
  }

  #choose(file, why) {
    const made = this.uploads.add(file, why);
    if (why) made.refused = made.isFinal = true;
    else if (isPicture(made)) {
      this.#here.set(made.key, file);
      void this.#measure(made, file);
    }
    this.files.draft.push(made);
  }

  /** So that its place in the line is right before the server has seen it. */
  async #measure(made, file) {
    try {
      const picture = await createImageBitmap(file);
      ({ width: made.width, height: made.height } = picture);
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
    else if (line && job.state === "refused") this.talk.uncarried(line.clientId, reason(job.why, this.#limits));
    else if (line) this.talk.changed();
  }

  /** How much of these files has gone out, from 0 to 1. */
  part(list) {
    const all = list.reduce((sum, { size }) => sum + size, 0);
    return list.reduce((sum, { key, size, fileId }) => sum + size * (fileId ? 1 : (this.uploads.of(key)?.part ?? 0)), 0) / all;
  }

  /** The files that are chosen, above what is written. */
  draw() {
    const { draft } = this.files;
    // Of an earlier page, or of a line that came back.
    for (const file of draft) {
      if (!file.fileId && !this.uploads.of(file.key)) this.uploads.want(file);
      file.refused = this.uploads.of(file.key)?.state === "refused";
    }
    if (this.files.view?.list) this.#chips.draw(this.files.view.list, draft);
  }

  #chip(file) {
    const { key } = file;
    const row = chip(file, { limits: this.#limits, again: () => this.uploads.again(key), remove: () => this.#remove(key) });

    const update = () => {
      const job = this.uploads.of(key);
      row.update(job, (!this.talk.connected || job?.tries > 0) && own.waits);
    };

    return { node: row.node, update, rest: row.image ? this.show(row.image, file) : () => {} };
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
    const next = files.draft[at] ?? files.draft.at(-1);
    if (next) this.#chips.focus(next);
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
          URL.revokeObjectURL(large);
        },
      },
      h("p", { class: "chat-large-head" }, h("span", null, file.name), save, h("button", { type: "button", class: "chat-tool", "aria-label": own.close, title: own.close, onclick: () => dialog.close() }, icon(CLOSE))),
      image,
      note,
    );
    let large = "";
    this.files.view.node.append(dialog);
    dialog.showModal();
    dialog.querySelector("button:last-of-type").focus();
    const rest = this.show(image, file);
    this.#bytes(file.fileId ?? file.key).then(
      (bytes) => {
        if (!dialog.isConnected) return;
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
      save(await this.#bytes(file.fileId ?? file.key), file.name);
    } catch (error) {
      tell(missing(error));
    }
    button.removeAttribute("aria-busy");
  }

  /** From this page, from the browser's store, or from the server. */
  async #bytes(id, query = "") {
    const here = this.#here.get(id) ?? this.uploads.of(id)?.file ?? (id.includes(" ") ? await this.kept.get(id) : null);
    if (here) return here;
    const answer = await fetch(`${ADDRESS}/${id}${query}`, { headers: this.#headers, signal: AbortSignal.timeout(LOAD_MS) });
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
