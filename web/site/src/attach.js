/**
 * Files of a form: chosen with the button, pasted, or dropped anywhere on the form. What sends and lists them is in
 * `attaching.js` and loads with the first one, so that a page without files pays nothing for it.
 */
import { hasFiles, pastedFiles } from "./files/words.js";
import { element, showError } from "./form-tools.js";
import { Store } from "./store.js";
import { text } from "./strings.js";

/**
 * `name` is for what the browser keeps of them; `to` says where they go: {url, authorization(), place(), renew()}, as
 * `attaching.js` needs it. Null: the firm takes no files.
 */
export function attach(form, { name, to }) {
  const field = form.querySelector("[data-attach]");
  if (!field) return null;
  const input = field.querySelector("input");
  const note = field.querySelector("[data-attach-note]");
  const { maxSize, maxCount } = field.dataset;
  const limits = { maxSize: Number(maxSize), maxCount: Number(maxCount), types: input.accept.split(",") };
  const tab = new Store(() => sessionStorage);
  const view = { list: field.querySelector("ul"), tell, changed: () => showError(input, null), focus: () => input.focus() };
  let loading = null;
  let attaching = null;

  field.hidden = false;
  input.addEventListener("change", () => {
    const list = [...input.files];
    // The same file can be chosen again.
    input.value = "";
    void add(list);
  });
  form.addEventListener("paste", (event) => {
    const list = pastedFiles(event.clipboardData, text.pasted);
    if (!list.length) return;
    event.preventDefault();
    void add(list);
  });
  takeDrops(form, add);
  if (isUsed()) void load();

  /** Some are chosen, perhaps before a reload. */
  function isUsed() {
    return Boolean(loading || tab.get(name));
  }

  function tell(words) {
    note.textContent = words;
    note.hidden = !words;
  }

  /** The rest; nothing if it cannot be loaded now. */
  function load() {
    loading ??= import("./attaching.js").then(({ Attaching }) => (attaching = new Attaching({ name, to, limits, view, tab })));
    return loading.catch(() => {
      loading = null;
      tell(text.filesUnreached);
    });
  }

  async function add(list) {
    if (list.length) (await load())?.add(list);
  }

  return {
    input,
    /** Sending has to wait for them. */
    get waits() {
      return Boolean(loading) && (attaching?.waits ?? true);
    },
    /** What goes with the form: {ids}, or {problem} in words. */
    async ready() {
      if (!isUsed()) return { ids: [] };
      const files = await load();
      return files ? files.ready() : { problem: text.filesUnreached };
    },
    /** The server does not know some of them any more: all go once more. */
    async lost() {
      if (isUsed()) (await load())?.lost();
    },
    /** They are where they belong: nothing of them stays here. */
    async sent() {
      if (isUsed()) (await load())?.sent();
    },
  };
}

/** Without this, the browser would leave the page for the file. */
function takeDrops(form, add) {
  const target = element("p", element("span", text.dropHere), { class: "file-drop", hidden: "" });
  form.append(target);

  function over(event) {
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    target.hidden = false;
  }

  form.addEventListener("dragenter", over);
  form.addEventListener("dragover", over);
  form.addEventListener("dragleave", (event) => form.contains(event.relatedTarget) || (target.hidden = true));
  form.addEventListener("drop", (event) => {
    target.hidden = true;
    if (!hasFiles(event.dataTransfer)) return;
    event.preventDefault();
    void add([...event.dataTransfer.files]);
  });
}
