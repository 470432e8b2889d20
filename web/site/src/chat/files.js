/**
 * Files in a conversation. What sends, shows and saves them loads once there is one; here are what is chosen and not sent,
 * and the places of files in lines, so that nothing jumps when they come.
 */
import { endingOf, fitted, isPicture, sizeInWords } from "../files/words.js";
import { FILE, h, icon } from "./dom.js";
import { text } from "./strings.js";

const DRAFT = "chat-draft-files";
const LARGEST = { width: 240, height: 260 };

export class Files {
  /** What is chosen and not sent yet. */
  draft;
  /** What the conversation shows of it: the list of `draft`, and how to say something about it. */
  view = null;
  /** Files that were chosen a moment ago, until they are in `draft`. */
  coming = null;
  #more = null;
  #filing = null;

  /** `tab` is the storage of this tab, `kept` the name of the browser's store for bytes, null for none. */
  constructor({ tab, kept, talk, config }) {
    Object.assign(this, { tab, kept, talk, config });
    this.draft = tab.get(DRAFT) ?? [];
  }

  get on() {
    return Boolean(this.config()?.files?.enabled);
  }

  /** The rest; null if it cannot be loaded now. */
  async load() {
    this.#more ??= import("./filing.js").then(({ Filing }) => new Filing(this));
    try {
      return (this.#filing = await this.#more);
    } catch {
      this.#more = null;
      return null;
    }
  }

  /** "40%" of the files of a line, while they are on their way. */
  part(list) {
    const part = this.#filing && list.some((file) => !file.fileId) ? this.#filing.part(list) : 0;
    return part ? ` ${Math.floor(part * 100)}%` : "";
  }

  async carry(line) {
    (await this.load())?.carry(line);
  }

  async back() {
    if (this.#more) (await this.load())?.back();
  }

  async forget(files) {
    (await this.load())?.forget(files);
  }

  async add(list) {
    if (!list.length || !this.on) return;
    this.coming = this.load();
    const more = await this.coming;
    this.coming = null;
    if (more) more.add(list);
    else this.view?.tell(text.fileUnreached);
  }

  set(draft) {
    this.draft = draft;
    this.save();
    void this.load().then((more) => more?.draw());
  }

  save() {
    const whole = this.draft.filter((file) => !file.refused);
    if (whole.length) this.tab.set(DRAFT, whole);
    else this.tab.remove(DRAFT);
  }

  /** What goes with a line now; null if something has to be decided first. */
  take() {
    const { draft } = this;
    const { maxCount } = this.config()?.files ?? {};
    if (draft.some((file) => file.refused)) this.view?.tell(text.fileFirst);
    else if (draft.length > maxCount) this.view?.tell(text.fileMany(maxCount));
    else {
      if (draft.length) this.set([]);
      return draft;
    }
    return null;
  }

  /** Those of a line that is changed once more. */
  give(files) {
    this.set([...this.draft, ...files.map(({ lost, ...file }) => file)]);
  }

  /** A file of a line, which `update` gets whenever the line changes; `rest` is for while it is not shown. */
  row(file) {
    const isShown = isPicture(file);
    const picture = isShown && h("img", { alt: file.name });
    const about = h("span", { class: "file-size" });
    const button = h(
      "button",
      { type: "button", class: isShown ? "file-picture" : "file-row", title: isShown ? text.fileOpen : text.fileSave },
      ...(isShown ? [picture] : [icon(FILE), h("span", { class: "file-name" }, file.name), about]),
    );
    let now = file;
    let shown = null;

    const act = async () => {
      const more = await this.load();
      if (!more) this.view?.tell(text.fileUnreached);
      else if (isShown) more.open(now, button);
      else more.download(now, button);
    };
    button.addEventListener("click", () => void act());

    const update = (file) => {
      now = file;
      if (isShown) {
        const { width, height } = fitted(file, LARGEST);
        button.style.width = `${width}px`;
        button.style.aspectRatio = `${width} / ${height}`;
        shown ??= this.load().then((more) => more?.show(picture, now));
      } else about.textContent = [endingOf(file), sizeInWords(file.size)].filter(Boolean).join(", ");
    };

    const rest = () => {
      void shown?.then((end) => end?.());
      shown = null;
    };

    return { node: h("li", null, button), update, rest };
  }
}
