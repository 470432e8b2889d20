/** What is typed and not sent: the conversation and the form have it in common, so that neither loses it to the other. */
const KEY = "chat-draft";

export class Draft {
  constructor(tab) {
    this.tab = tab;
  }

  get text() {
    return this.tab.get(KEY) ?? "";
  }

  set text(text) {
    if (text) this.tab.set(KEY, text);
    else this.tab.remove(KEY);
  }
}
