/** The list of files to send: one row for each, in the order in which they were chosen. */
import { AGAIN, CLOSE, FILE, h, icon, say } from "../dom.js";
import { reason } from "./reason.js";
import { text } from "./strings.js";
import { isPicture, sizeInWords } from "./words.js";

export class Chips {
  #rows = new Map();

  /** `make(file)` returns {node, update, rest}; `rest` ends what the row holds. */
  constructor(make) {
    this.make = make;
  }

  draw(list, files) {
    for (const [key, row] of this.#rows) {
      if (files.some((file) => file.key === key)) continue;
      this.#rows.delete(key);
      row.node.remove();
      row.rest();
    }
    list.hidden = !files.length;
    for (const file of files) {
      if (!this.#rows.has(file.key)) this.#rows.set(file.key, this.make(file));
      const row = this.#rows.get(file.key);
      if (row.node.parentNode !== list) list.append(row.node);
      row.update();
    }
  }

  /** After one was removed: the button that removes `file`. */
  focus(file) {
    this.#rows.get(file.key).node.lastElementChild.focus();
  }
}

/**
 * One row: what is known of the file, how far it is, and its buttons. `image` is there for a picture. `update` gets the job of
 * its upload, null if there is none any more, and what is said in place of the size while it waits. What is final from the
 * beginning cannot be tried again.
 */
export function chip(file, { limits, again, remove }) {
  const { name } = file;
  const image = isPicture(file) && !file.isFinal && h("img", { alt: "" });
  const about = h("span", { class: "file-size" });
  const why = h("span", { class: "file-why", role: "alert", hidden: true });
  const bar = h("progress", { max: "1", value: "0", "aria-label": text.onWay(name) });
  const button = (label, path, act) => h("button", { type: "button", class: "file-do", "aria-label": label, title: label, onclick: act }, icon(path));
  const retry = button(text.again(name), AGAIN, again);
  const words = h("span", { class: "file-words" }, h("span", { class: "file-name" }, name), about, why, bar);
  const node = h("li", { class: "file-chip" }, h("span", { class: "file-face" }, image || icon(FILE)), words, retry, button(text.remove(name), CLOSE, remove));

  function update(job, note) {
    const state = (node.dataset.state = job?.state ?? "done");
    const isRefused = state === "refused";
    const isNews = isRefused && why.hidden;
    const size = sizeInWords(file.size);
    say(about, isRefused ? "" : state === "sending" ? text.part(Math.floor(job.part * 100), size) : (state === "waiting" && note) || size);
    say(why, isRefused ? reason(job.why, limits, file) : "");
    bar.hidden = state !== "sending";
    if (job) bar.value = job.part;
    retry.hidden = !isRefused || file.isFinal;
    // Below others, the reason would be out of sight.
    if (isNews) node.scrollIntoView({ block: "nearest" });
  }

  return { node, image, update };
}
