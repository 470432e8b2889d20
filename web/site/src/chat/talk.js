/**
 * A visitor's conversation with the firm, without anything of a page. What the server acknowledged is shown once and in
 * order, and what it has not acknowledged is kept and sent again, whatever happens to sockets, tabs and the server.
 *
 * Unsent lines go one at a time: a line that has to wait must not be overtaken by the next one. A line that is sent again
 * carries the same `clientId`, by which the server knows it. Each tab has a socket of its own and sends whatever is in the
 * common outbox. A line with files goes when all of them are at the server, in this session.
 */
import { Line } from "./line.js";
import { Outbox, PREFIX } from "./outbox.js";
import { Thread } from "./thread.js";

export const KEY = "chat";
/** Conversations that were left for another one. */
export const BEFORE = "chat-before";
const MOST_BEFORE = 5;
const DAY_MS = 86_400_000;
/** Lines that a page loads at first. */
const RECENT = 50;
const ACK_MS = 10_000;
const HISTORY_MS = 15_000;
const GAP_MS = 250;
const GAP_AGAIN_MS = 3_000;
const GAP_TRIES = 3;
const HOLD_S = 5;
const TYPING_EVERY_MS = 3_000;
const TYPING_OVER_MS = 5_000;
const OTHERS_TYPING_OVER_MS = 7_000;
/** Codes of errors that mean: not now. */
const LATER = new Set(["rate_limited", "unavailable", "internal"]);
/** … and that this session takes no further line. */
const OVER = new Set(["session_unknown", "session_closed"]);

export class Talk {
  /** The session as the server describes it. */
  info = null;
  /** The beginning is there, or there is nothing to wait for. */
  loaded = false;
  /** Name of the person who is typing, "" if it is not known, null if nobody is. */
  typing = null;
  /** The last line that staff have read. */
  readBySeq = 0;
  /** {name, email} of the visitor, as far as they have said. */
  known = {};
  /** Why it does not go on: {code, retryAfter in seconds, if it is known}. */
  problem = null;

  #mine = null;
  #visitorId;
  #thread = new Thread();
  /** Acknowledged lines of ours whose place is not known yet, because lines before them are missing. */
  #ahead = new Map();
  #sending = null;
  #timers = {};
  #gapTries = 0;
  /** The last line that the server spoke of. */
  #lastSeq = 0;
  #typedAt = null;
  #closing = false;
  #rating = null;
  #details = null;
  #detailsSent = false;
  #copyAsked = false;

  /**
   * `about` says what `hello` tells of the visitor; `changed` is called after every change, `arrived` for a new line of
   * staff, `told` with what the server says about a request: `copied`, or an error. With `fixed`, it is one session for
   * good, whatever its age: the one of a mailed link. `files` brings files to the server: `carry(line)` those of a line,
   * which it reports by `carried` and `uncarried`; `back()` says that there is a connection, `forget(files)` that they are
   * not needed any more.
   */
  constructor(env, store, { about = () => ({}), changed = () => {}, arrived = () => {}, told = () => {}, fixed = null, files = null } = {}) {
    Object.assign(this, { env, store, about, changed, arrived, told, fixed, files });
    this.outbox = new Outbox(store, env);
    this.#visitorId = this.#stored?.visitorId;
    this.#adopt(fixed ?? this.#open);
    this.line = new Line(env, {
      greet: () => this.#hello(),
      hear: (frame) => this.#hear(frame),
      changed: () => {
        if (!this.line.ready) this.#lost();
        this.changed();
      },
    });
  }

  /** This browser has a session that can go on. */
  static isOpen(store, now) {
    const stored = store.get(KEY);
    return Boolean(stored?.sessionId && stored.token && now - stored.at < DAY_MS);
  }

  get connected() {
    return this.line.ready;
  }

  /** A session exists at the server, or soon will. */
  get begun() {
    return Boolean(this.#thread.head || this.#ahead.size || this.outbox.next);
  }

  get closed() {
    return this.info?.status === "closed";
  }

  get sessionId() {
    return this.#mine?.sessionId ?? null;
  }

  /** What opens the session, its files too. */
  get token() {
    return this.#mine?.token ?? null;
  }

  get rating() {
    return this.info?.rating ?? this.#rating?.rating ?? null;
  }

  /** Everything to show, in order; `state`: sending, failed, sent or read for our own lines. */
  get lines() {
    const stored = this.#thread.lines.map((line) =>
      line.from === "visitor" ? { ...line, state: line.seq <= this.readBySeq ? "read" : "sent" } : line,
    );
    const ahead = [...this.#ahead.values()].map((line) => ({ ...line, state: "sent" }));
    const waiting = this.outbox.all.map((line) => ({
      from: "visitor",
      clientId: line.clientId,
      content: line.content,
      files: line.files,
      createdAt: new Date(line.at).toISOString(),
      state: line.failed ? "failed" : "sending",
      failed: line.failed,
      words: line.words,
    }));
    return [...stored, ...ahead, ...waiting];
  }

  get hasEarlier() {
    return this.loaded && Boolean(this.#thread.earlier);
  }

  /** What was left for another conversation within a day, the newest first. */
  get before() {
    return (this.store.get(BEFORE) ?? []).filter(({ at }) => this.env.now() - at < DAY_MS);
  }

  get unread() {
    const seen = this.#stored?.seen ?? 0;
    return this.#thread.lines.filter((line) => line.from === "staff" && line.seq > seen).length;
  }

  start() {
    this.line.start();
  }

  stop() {
    this.line.stop();
    for (const name of Object.keys(this.#timers)) this.#cancel(name);
  }

  write(content, files) {
    this.#stopTyping();
    const line = this.outbox.add(content, files);
    this.#keep();
    this.#pump();
    this.changed();
    return line;
  }

  /** Takes a refused line back, to be changed. */
  takeBack(clientId) {
    const line = this.outbox.get(clientId);
    this.outbox.remove(clientId);
    this.changed();
    return line?.content ?? "";
  }

  /** A file of a line that waits is at the server: `answer` has its `fileId`, and the session in which it is its `place`. */
  carried(clientId, key, answer) {
    this.outbox.filed(clientId, key, answer);
    this.#pump();
    this.changed();
  }

  /** The server will not take a file of this line, for the reason in `words`. */
  uncarried(clientId, words) {
    this.outbox.fail(clientId, "file", words);
    this.#pump();
    this.changed();
  }

  /** Somebody types; it is over after a pause, or when the text is empty. */
  typed(empty = false) {
    if (empty) return this.#stopTyping();
    if (!this.#thread.head || this.closed) return;
    const now = this.env.now();
    if (this.#typedAt === null || now - this.#typedAt > TYPING_EVERY_MS) {
      if (this.line.send({ type: "typing", sessionId: this.sessionId, on: true })) this.#typedAt = now;
    }
    this.#timer("typed", TYPING_OVER_MS, () => this.#stopTyping());
  }

  /** The person sees the newest line. */
  see() {
    const { head } = this.#thread;
    const stored = this.#stored;
    if (!this.loaded || !this.sessionId || !head || head <= (stored?.seen ?? 0)) return;
    this.#update({ seen: head });
    // Somebody has cleared the storage: whoever draws on each change would look again, without end.
    if (this.#stored?.seen !== head) return;
    this.line.send({ type: "read", sessionId: this.sessionId, seq: head });
    this.changed();
  }

  /** Says who writes: with the greeting, and to the session once it exists, until the server shows that it knows. */
  introduce(details) {
    const { name, email } = details;
    this.known = { ...this.known, ...(name && { name }), ...(email && { email }) };
    this.#details = { ...this.#details, ...details };
    this.#detailsSent = false;
    this.#tellDetails();
  }

  /** Asks for the conversation by mail; `told` hears what comes of it. False if it cannot be asked now. */
  copy(email) {
    this.#copyAsked = this.line.send({ type: "copy", sessionId: this.sessionId, email });
    return this.#copyAsked;
  }

  close() {
    this.#stopTyping();
    this.#closing = true;
    this.line.send({ type: "close", sessionId: this.sessionId });
  }

  rate(rating, feedback) {
    this.#rating = { rating, ...(feedback && { feedback }) };
    this.line.send({ type: "rate", sessionId: this.sessionId, ...this.#rating });
    this.changed();
  }

  earlier() {
    const { earlier } = this.#thread;
    if (earlier) this.line.send({ type: "history", sessionId: this.sessionId, ...earlier });
  }

  /** Leaves this conversation, which stays within reach for a day, for one of `before` or for a new one. */
  anew(next = null) {
    for (const line of this.outbox.all) if (line.failed) this.#drop(line.clientId);
    const here = this.#thread.head && this.#open;
    const others = this.before.filter(({ sessionId }) => sessionId !== next?.sessionId && sessionId !== here?.sessionId);
    if (here || next) this.store.set(BEFORE, [...(here ? [here] : []), ...others].slice(0, MOST_BEFORE));
    this.#forget();
    this.#details = null;
    if (next) {
      this.known = {};
      this.store.set(KEY, { ...next, visitorId: this.#visitorId });
      this.#adopt(this.#open);
    } else if (this.known.name || this.known.email) this.introduce(this.known);
    if (this.line.wanted) this.line.restart();
    this.changed();
  }

  /** Another tab changed what is stored. */
  stored(key) {
    const theirs = this.#open?.sessionId;
    // A session that another tab began, or left, is ours as well.
    if (!this.fixed && (key === KEY || key === null) && theirs !== this.sessionId && (theirs || this.begun)) {
      this.#adopt(this.#open);
      if (this.line.wanted) this.line.restart();
    }
    // A tab sends its own lines; if it could not, because it is gone, any other does.
    if (key?.startsWith(PREFIX)) this.#timer("others", ACK_MS, () => this.#pump());
    if (key === null || key === KEY || key.startsWith(PREFIX)) this.changed();
  }

  get #stored() {
    return this.store.get(KEY);
  }

  /** The session that this browser has open, unless it is too old. */
  get #open() {
    return Talk.isOpen(this.store, this.env.now()) ? this.#stored : null;
  }

  #adopt(session) {
    const known = session && this.#stored?.sessionId === session.sessionId ? this.#stored : null;
    this.#mine = session ? { sessionId: session.sessionId, token: session.token } : null;
    this.#thread = new Thread(this.fixed ? 0 : Math.max(0, (known?.lastSeq ?? 0) - RECENT));
    this.#ahead.clear();
    this.info = this.typing = this.problem = this.#rating = null;
    this.readBySeq = this.#lastSeq = 0;
    this.#closing = false;
    this.loaded = !session;
    this.#lost();
  }

  #forget() {
    // Another tab may have begun a new one already.
    if (this.#stored?.sessionId === this.sessionId) this.store.set(KEY, { visitorId: this.#visitorId });
    this.#adopt(null);
  }

  /** The socket is gone, and what was said about its state with it. */
  #lost() {
    this.#sending = this.#typedAt = null;
    this.typing = null;
    this.#gapTries = 0;
    this.#detailsSent = this.#copyAsked = false;
    for (const name of ["ack", "history", "gap", "typed", "typing", "hold"]) this.#cancel(name);
  }

  #hello() {
    const resume = this.#mine && { ...this.#mine, lastSeq: this.#thread.head };
    return { type: "hello", ...(this.#visitorId && { visitorId: this.#visitorId }), ...this.about(), ...this.#details, ...(resume && { resume }) };
  }

  #hear(frame) {
    if (frame.type === "welcome") return this.#welcome(frame);
    if (frame.type === "bye") return this.#bye(frame);
    if (frame.type === "error") return this.#error(frame);
    if (!this.line.ready || (frame.sessionId && frame.sessionId !== this.sessionId)) return;
    if (frame.type === "message") this.#message(frame);
    else if (frame.type === "history") this.#history(frame);
    else if (frame.type === "ack") this.#ack(frame);
    else if (frame.type === "session") this.#session(frame);
    else if (frame.type === "typing") this.#typing(frame);
    else if (frame.type === "read") this.#read(frame);
    else if (frame.type === "copied") this.#tell(frame);
    else return;
    this.changed();
  }

  #welcome({ visitorId, sessionId, token }) {
    if (this.line.ready) return;
    const resumed = this.#mine?.sessionId === sessionId;
    this.#visitorId = visitorId;
    if (this.#mine && !resumed && !this.fixed) this.#forget();
    if (!resumed && this.fixed) return;
    if (!resumed) {
      // Another tab may have begun one since we asked.
      const theirs = this.#mine ? null : this.#open;
      this.#adopt(theirs ?? { sessionId, token });
      if (theirs) return this.line.restart();
      this.loaded = true;
    }
    this.problem = null;
    this.line.greeted();
    if (resumed) this.#timer("history", HISTORY_MS, () => this.line.restart());
    if (this.outbox.next) this.#keep();
    if (this.#closing) this.close();
    if (this.#rating) this.rate(this.#rating.rating, this.#rating.feedback);
    const seen = this.#stored?.seen;
    if (resumed && seen) this.line.send({ type: "read", sessionId, seq: seen });
    this.#tellDetails();
    this.files?.back();
    this.#pump();
  }

  /** Many hear it at once; they must not all come back at once. */
  #bye({ retryAfter }) {
    this.line.again(retryAfter ? retryAfter * 1000 * (1 + this.env.random() / 2) : undefined);
  }

  #error({ code, detail, clientId, sessionId, retryAfter }) {
    if (!this.line.ready) return this.#refused({ code, retryAfter });
    if (sessionId && sessionId !== this.sessionId) return;
    // Nobody waits for an answer to the other frames without a line.
    if (!clientId) return this.#copyAsked && this.#tell({ type: "error", code });
    if (!this.outbox.has(clientId)) return;
    if (LATER.has(code)) this.#hold({ code, retryAfter });
    else if (OVER.has(code) && !this.fixed) {
      this.#forget();
      this.line.again();
    } else {
      // Files that waited too long are gone at the server, and still here.
      if (code !== "validation_failed" || !this.outbox.renew(clientId)) this.outbox.fail(clientId, code, this.outbox.get(clientId).files && detail);
      this.#sent(clientId);
    }
    this.changed();
  }

  #tell(what) {
    this.#copyAsked = false;
    this.told(what);
  }

  /** The line in flight waits, and with it all after it. */
  #hold(problem) {
    this.problem = problem;
    this.#cancel("ack");
    this.#timer("hold", (problem.retryAfter ?? HOLD_S) * 1000, () => {
      this.#sending = this.problem = null;
      this.#pump();
      this.changed();
    });
  }

  /** The answer to our greeting was no. */
  #refused(problem) {
    // A new session follows by itself; of a mailed link, only that session will do.
    if (OVER.has(problem.code) && !this.fixed) return;
    // A name or an address that the server does not take must not end the chat.
    if (this.#details && !LATER.has(problem.code)) {
      this.#details = null;
      this.known = {};
      return this.line.again();
    }
    this.problem = problem;
    if (LATER.has(problem.code)) this.line.again((problem.retryAfter ?? HOLD_S) * 1000);
    else this.line.stop();
    this.changed();
  }

  #message(line) {
    const isNew = line.seq > this.#thread.head && !this.#thread.has(line.seq);
    this.#take(line);
    if (isNew && this.loaded && line.from === "staff") {
      this.typing = null;
      this.arrived(line);
    }
    if (this.loaded) this.#fill();
  }

  #history({ messages, complete }) {
    const known = this.loaded ? this.#thread.head : Infinity;
    const missing = this.#missing?.beforeSeq;
    const lines = Array.isArray(messages) ? messages : [];
    for (const line of lines) this.#take(line);
    if (complete) {
      this.loaded = true;
      this.#cancel("history");
    }
    // The server sends as much as fits: what is missing may take several questions.
    if (this.#missing?.beforeSeq !== missing) {
      this.#gapTries = 0;
      this.#cancel("gap");
    }
    const fresh = lines.filter((line) => line?.from === "staff" && line.seq > known).at(-1);
    if (fresh) this.arrived(fresh);
    if (this.loaded) this.#fill();
  }

  #ack({ clientId, seq }) {
    const line = this.outbox.get(clientId);
    // Another tab was faster, or the line itself was.
    if (!line) return this.#sent(clientId);
    const { content, files, at } = line;
    this.#take({ seq, clientId, content, files, from: "visitor", createdAt: new Date(at).toISOString(), local: true });
    if (this.loaded) this.#fill();
  }

  #session(frame) {
    this.info = frame;
    this.#lastSeq = Math.max(this.#lastSeq, frame.lastSeq ?? 0);
    this.#read({ by: "staff", seq: frame.staffReadSeq ?? 0 });
    this.#read({ by: "visitor", seq: frame.visitorReadSeq ?? 0 });
    if (frame.status === "closed") this.#closing = false;
    if (frame.rating) this.#rating = null;
    const { name, email } = this.#details ?? {};
    this.known = { name: name ?? frame.visitorName ?? this.known.name, email: email ?? frame.visitorEmail ?? this.known.email };
    if ((name ?? frame.visitorName) === frame.visitorName && (email ?? frame.visitorEmail) === frame.visitorEmail) {
      if (this.#detailsSent) this.#details = null;
    }
    this.#tellDetails();
    if (this.loaded) this.#fill();
  }

  #typing({ from, on, staffName }) {
    if (from === "visitor") return;
    this.typing = on ? (staffName ?? "") : null;
    this.#timer("typing", OTHERS_TYPING_OVER_MS, () => {
      this.typing = null;
      this.changed();
    });
  }

  #read({ by, seq }) {
    if (by === "staff") this.readBySeq = Math.max(this.readBySeq, seq);
    else if (seq > (this.#stored?.seen ?? 0)) this.#update({ seen: seq });
  }

  #take(line) {
    if (!Number.isInteger(line?.seq)) return;
    this.#thread.take(line);
    if (line.clientId && line.from === "visitor") {
      if (this.outbox.has(line.clientId) || this.#ahead.has(line.clientId)) this.#ahead.set(line.clientId, line);
      this.#drop(line.clientId);
      this.#sent(line.clientId);
    }
    for (const [id, { seq }] of this.#ahead) if (seq <= this.#thread.head) this.#ahead.delete(id);
    this.#update({ lastSeq: this.#thread.head });
    this.#tellDetails();
  }

  /** This line is not needed here any more, nor are the bytes of its files. */
  #drop(clientId) {
    const { files } = this.outbox.get(clientId) ?? {};
    this.outbox.remove(clientId);
    if (files) this.files?.forget(files);
  }

  #tellDetails() {
    if (!this.#details || !this.#thread.head || this.#detailsSent) return;
    this.#detailsSent = this.line.send({ type: "details", sessionId: this.sessionId, ...this.#details });
  }

  /** What to ask for, if a line has arrived, or was spoken of, before others that are missing. */
  get #missing() {
    const { gap, head } = this.#thread;
    if (gap || this.#lastSeq <= head) return gap;
    return { beforeSeq: this.#lastSeq + 1, limit: Math.min(100, this.#lastSeq - head) };
  }

  /** Missing lines may be under way; if not, the server is asked, and at last a new socket resumes. */
  #fill() {
    if (!this.#missing) {
      this.#gapTries = 0;
      return this.#cancel("gap");
    }
    if (this.#timers.gap) return;
    this.#timer("gap", this.#gapTries ? GAP_AGAIN_MS : GAP_MS, () => {
      const missing = this.#missing;
      if (!missing) return;
      if (++this.#gapTries > GAP_TRIES) return this.line.restart();
      this.line.send({ type: "history", sessionId: this.sessionId, ...missing });
      this.#fill();
    });
  }

  #pump() {
    const next = !this.#sending && this.sessionId && this.outbox.next;
    if (!next || !this.line.ready) return;
    const { clientId, content, files = [] } = next;
    if (files.some((file) => !file.fileId || file.place !== this.sessionId)) return this.files?.carry(next);
    this.#sending = clientId;
    this.line.send({ type: "message", sessionId: this.sessionId, clientId, content, ...(files.length && { files: files.map((file) => file.fileId) }) });
    this.#timer("ack", ACK_MS, () => this.line.restart());
  }

  /** This line needs no more sending. */
  #sent(clientId) {
    if (this.#sending !== clientId) return;
    this.#sending = null;
    this.#cancel("ack");
    this.#pump();
  }

  /** From its first line on, the session is this browser's: a reload and other tabs find it. */
  #keep() {
    if (!this.#mine || this.fixed || this.#stored?.sessionId === this.sessionId) return;
    const theirs = this.#open;
    if (theirs) {
      this.#adopt(theirs);
      if (this.line.wanted) this.line.restart();
    } else this.store.set(KEY, { ...this.#mine, visitorId: this.#visitorId, lastSeq: 0, seen: 0, at: this.env.now() });
  }

  /** Positions only grow, whichever tab writes them. */
  #update(values) {
    const stored = this.#stored ?? {};
    if (!this.fixed && stored.sessionId !== this.sessionId) return;
    const next = { ...stored, sessionId: this.sessionId, at: this.env.now() };
    for (const [key, value] of Object.entries(values)) next[key] = Math.max(stored[key] ?? 0, value);
    this.store.set(KEY, next);
  }

  #stopTyping() {
    this.#cancel("typed");
    if (this.#typedAt === null) return;
    this.#typedAt = null;
    this.line.send({ type: "typing", sessionId: this.sessionId, on: false });
  }

  #timer(name, ms, act) {
    this.#cancel(name);
    this.#timers[name] = this.env.setTimeout(() => {
      delete this.#timers[name];
      act();
    }, ms);
  }

  #cancel(name) {
    this.env.clearTimeout(this.#timers[name]);
    delete this.#timers[name];
  }
}
