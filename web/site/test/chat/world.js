import { Files } from "../../src/chat/files.js";
import { Filing } from "../../src/chat/filing.js";
import { Refused } from "../../src/files/post.js";

/**
 * A world for the tests of chat: a clock that moves only when a test says so, a server that keeps its word, and a network
 * between them that keeps nothing.
 */

/** Numbers that look random and are the same for the same seed. */
export function chance(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
  };
}

export class Clock {
  time = Date.UTC(2026, 10, 30, 9);
  #due = [];
  #next = 1;

  now = () => this.time;

  setTimeout = (act, ms) => {
    const id = this.#next++;
    this.#due.push({ id, at: this.time + ms, act });
    return id;
  };

  clearTimeout = (id) => {
    this.#due = this.#due.filter((one) => one.id !== id);
  };

  pass(ms) {
    const end = this.time + ms;
    for (;;) {
      const next = this.#due.reduce((first, one) => (one.at <= end && (!first || one.at < first.at) ? one : first), null);
      if (!next) break;
      this.#due = this.#due.filter((one) => one !== next);
      this.time = next.at;
      next.act();
    }
    this.time = end;
  }
}

/** Storage of a browser that all its tabs share; the others hear of a change, as in a browser. */
export class Browser {
  tabs = new Set();
  /** Bytes of files that are not sent, and which tab is sending which. */
  bytes = new Map();
  sending = new Map();
  /** How long a tab takes to hear of a change. */
  slow = () => 1;
  #values = new Map();

  storeOf(tab) {
    return {
      get: (key) => (this.#values.has(key) ? JSON.parse(this.#values.get(key)) : null),
      set: (key, value) => this.#change(tab, key, JSON.stringify(value)),
      remove: (key) => this.#change(tab, key, null),
      keys: (prefix) => [...this.#values.keys()].filter((key) => key.startsWith(prefix)),
    };
  }

  #change(tab, key, value) {
    if ((this.#values.get(key) ?? null) === value) return;
    if (value === null) this.#values.delete(key);
    else this.#values.set(key, value);
    for (const other of this.tabs) if (other !== tab) other.clock.setTimeout(() => this.tabs.has(other) && other.talk?.stored(key), this.slow());
  }
}

/** Stores each line once and tells it to every socket of its session, as `contract.md` promises. */
export class ChatServer {
  sessions = new Map();
  heard = [];
  sockets = new Set();
  /** Answers that a test wants instead: a function of the frame that returns frames, or nothing. */
  instead = () => null;
  /** It refuses this line for now. */
  busy = () => false;
  /** Files by their id: whose they are, and whether a line has them. */
  files = new Map();
  /** It refuses this file. */
  dislikes = () => false;
  #ids = 0;

  session(id) {
    return this.sessions.get(id);
  }

  receive(socket, frame) {
    this.heard.push(frame);
    const other = this.instead(frame, socket);
    if (other) return other.forEach((one) => socket.tell(one));
    const act = this[`on_${frame.type}`];
    if (act) act.call(this, socket, frame);
    else socket.tell({ type: "error", code: "unknown_type", detail: frame.type });
  }

  on_ping(socket) {
    socket.tell({ type: "pong" });
  }

  on_hello(socket, { visitorId, resume }) {
    const known = resume && this.sessions.get(resume.sessionId);
    const fits = known && known.token === resume.token;
    if (resume && !fits) socket.tell({ type: "error", code: "session_unknown", detail: "This conversation is not here." });
    const session = fits ? known : { id: `session-${++this.#ids}`, token: `token-${this.#ids}`, rows: [], status: "waiting", read: 0, seen: 0 };
    this.sessions.set(session.id, session);
    socket.session = session;
    socket.tell({ type: "welcome", visitorId: visitorId ?? `visitor-${this.#ids}`, sessionId: session.id, token: session.token, serverTime: "", resumed: Boolean(fits) });
    if (fits) {
      if (session.rows.length) socket.tell(this.#state(session));
      this.#history(socket, session.rows.filter((row) => row.seq > resume.lastSeq));
    }
  }

  /** Stores a file of the session that the token opens; throws as the request would. */
  takeFile(token, { name, type, size }) {
    const session = [...this.sessions.values()].find((one) => one.token === token);
    if (!session || this.dislikes(name)) throw new Refused("http_422", "We cannot take this one.");
    const fileId = `file-${++this.#ids}`;
    this.files.set(fileId, { session, isUsed: false, file: { fileId, name, type, size } });
    return { fileId, name, type, size };
  }

  on_message(socket, { sessionId, clientId, content, files = [] }) {
    const session = this.sessions.get(sessionId);
    if (session !== socket.session) return socket.tell({ type: "error", code: "session_unknown", detail: "", sessionId, clientId });
    if (this.busy()) return socket.tell({ type: "error", code: "rate_limited", detail: "Slower, please.", sessionId, clientId, retryAfter: 2 });
    const known = session.rows.find((row) => row.clientId === clientId);
    const theirs = files.map((id) => this.files.get(id));
    const isWrong = theirs.some((one) => one?.session !== session || one.isUsed) || (!content && !files.length);
    if (!known && isWrong) return socket.tell({ type: "error", code: "validation_failed", detail: "This file is not here.", sessionId, clientId });
    for (const one of theirs) if (one) one.isUsed = true;
    const row = known ?? this.#store(session, { from: "visitor", clientId, content, ...(files.length && { files: theirs.map((one) => one.file) }) });
    socket.tell({ type: "ack", sessionId, clientId, seq: row.seq });
  }

  on_history(socket, { beforeSeq, limit }) {
    const rows = socket.session.rows.filter((row) => row.seq < beforeSeq);
    this.#history(socket, rows.slice(-limit));
  }

  on_read(socket, { sessionId, seq }) {
    socket.session.seen = Math.max(socket.session.seen, seq);
    for (const other of this.#of(socket.session)) other.tell({ type: "read", sessionId, by: "visitor", seq: socket.session.seen });
  }

  on_typing() {}
  on_details() {}

  on_close(socket) {
    this.#change(socket.session, { status: "closed" });
  }

  on_rate(socket, { rating, feedback }) {
    this.#change(socket.session, { rating, feedback });
  }

  /** Staff write. */
  say(session, content) {
    return this.#store(session, { from: "staff", staffName: "Anna", clientId: `staff-${session.rows.length}`, content });
  }

  tellAll(session, frame) {
    for (const socket of this.#of(session)) socket.tell({ sessionId: session.id, ...frame });
  }

  /** Tells every socket how its session stands. */
  describe() {
    for (const session of this.sessions.values()) this.#change(session, {});
  }

  redact(session, seq) {
    const row = session.rows[seq - 1];
    delete row.files;
    Object.assign(row, { content: "", redacted: true });
    this.tellAll(session, { type: "message", ...row });
  }

  #of(session) {
    return [...this.sockets].filter((socket) => socket.session === session);
  }

  #store(session, line) {
    const seq = session.rows.length + 1;
    const row = { sessionId: session.id, seq, id: `line-${session.id}-${seq}`, createdAt: "2026-11-30T09:00:00Z", ...line };
    session.rows.push(row);
    this.tellAll(session, { type: "message", ...row });
    return row;
  }

  #change(session, values) {
    Object.assign(session, values);
    this.tellAll(session, this.#state(session));
  }

  #state({ id, status, rows, rating = null, read, seen, visitorName = null }) {
    return { type: "session", sessionId: id, status, staffName: null, lastSeq: rows.length, visitorReadSeq: seen, staffReadSeq: read, unread: 0, rating, visitorName, visitorEmail: null };
  }

  #history(socket, rows) {
    const parts = [];
    for (let i = 0; i < rows.length; i += 7) parts.push(rows.slice(i, i + 7));
    if (!parts.length) parts.push([]);
    parts.forEach((messages, i) => socket.tell({ type: "history", sessionId: socket.session.id, messages: messages.map((row) => ({ ...row })), complete: i === parts.length - 1 }));
  }
}

/** A network with moods; `calm` makes it a good one. */
export class Network {
  calm = true;
  /** Nobody can connect, and sockets that are open hear nothing, yet nothing closes. */
  dead = false;
  /** Connecting fails at once. */
  down = false;
  sockets = new Set();

  constructor(clock, server, random) {
    Object.assign(this, { clock, server, random });
  }

  connect() {
    if (this.down) throw new Error("no network");
    const socket = { onopen: null, onmessage: null, onclose: null, open: true, dead: this.dead, sent: this.clock.now(), session: null };
    this.sockets.add(socket);
    const near = (act) => () => socket.open && !socket.dead && act();
    const later = (act, unordered) => {
      const delay = this.calm ? 1 : Math.floor(this.random() ** 3 * 4_000);
      const at = unordered ? this.clock.now() + delay : Math.max(socket.sent + 1, this.clock.now() + delay);
      if (!unordered) socket.sent = at;
      this.clock.setTimeout(near(act), at - this.clock.now());
    };
    // What was sent arrives in order, though perhaps after the socket was given up on this side.
    socket.send = (text) => {
      const frame = JSON.parse(text);
      if (socket.dead) return;
      const wait = this.calm ? 1 : Math.floor(this.random() ** 3 * 4_000);
      socket.out = Math.max((socket.out ?? 0) + 1, this.clock.now() + wait);
      this.clock.setTimeout(() => {
        if (!socket.dead && !socket.lost) this.server.receive(socket, frame);
      }, socket.out - this.clock.now());
    };
    socket.tell = (frame) => {
      const text = JSON.stringify(frame);
      // A server can miss an event; the row is there nevertheless.
      if (!this.calm && frame.type !== "welcome" && this.random() < 0.05) return;
      const unordered = !this.calm && frame.type !== "welcome" && this.random() < 0.2;
      later(() => socket.onmessage?.({ data: text }), unordered);
      if (!this.calm && this.random() < 0.2) later(() => socket.onmessage?.({ data: text }), true);
    };
    socket.close = () => {
      socket.open = false;
      this.server.sockets.delete(socket);
    };
    later(() => {
      this.server.sockets.add(socket);
      socket.onopen?.();
    });
    return socket;
  }

  /** A request with a file: its bytes go in ten parts, and any of them can be the last. */
  post(file, { headers, progress, signal }, lives = () => true) {
    return new Promise((done, failed) => {
      const lost = () => failed(new Error("no answer"));
      const wait = () => (this.calm ? 1 : Math.floor(this.random() * 300));
      if (signal.aborted) return lost();
      signal.addEventListener("abort", lost);
      let part = 0;
      let isDead = false;
      const step = () => {
        // A path that has died in silence stays silent: the request hangs.
        if (!lives() || signal.aborted || (isDead ||= this.dead)) return;
        if (this.down || (!this.calm && this.random() < 0.02)) return lost();
        progress(++part / 10);
        if (part < 10) return this.clock.setTimeout(step, wait());
        try {
          const answer = this.server.takeFile(headers.Authorization.replace("Session ", ""), file);
          // The answer can be lost although the file is there.
          if (!this.calm && this.random() < 0.05) lost();
          else done(answer);
        } catch (error) {
          failed(error);
        }
      };
      this.clock.setTimeout(step, wait());
    });
  }

  /** Cuts a socket: what is under way is lost, in both directions, or arrives only there. */
  cut(socket, { half = false } = {}) {
    socket.lost = !half;
    this.server.sockets.delete(socket);
    this.sockets.delete(socket);
    this.clock.setTimeout(() => {
      if (!socket.open) return;
      socket.open = false;
      socket.onclose?.();
    }, 1);
  }

  /** From now on open sockets are silent, though nothing closes. */
  swallow() {
    this.dead = true;
    for (const socket of this.sockets) socket.dead = true;
  }

  /** New connections work again. */
  pass() {
    this.dead = false;
  }
}

/** What the connection needs of a page. */
export function pageIn({ clock, network, random }, page = { watched: true }) {
  let ids = 0;
  const name = Math.floor(random() * 1e9);
  return {
    connect: () => network.connect(),
    now: clock.now,
    setTimeout: clock.setTimeout,
    clearTimeout: clock.clearTimeout,
    random,
    uuid: () => `client-${name}-${++ids}`,
    watched: () => page.watched,
  };
}

export const CONFIG = { files: { enabled: true, maxSize: 10 * 1024 * 1024, maxCount: 5, types: [".pdf", ".jpg"] } };

/** The files of a tab, as the page has them, with the browser's store of bytes. */
export function filesOf({ network, browser }, tab, page) {
  const values = new Map();
  const store = { get: (key) => values.get(key), set: (key, value) => values.set(key, value), remove: (key) => values.delete(key) };
  const lives = () => browser.tabs.has(tab);
  const alone = async (key, act) => {
    const other = browser.sending.get(key);
    if (other && browser.tabs.has(other)) return false;
    browser.sending.set(key, tab);
    try {
      await act();
    } finally {
      browser.sending.delete(key);
    }
    return true;
  };
  const kept = { set: async (key, file) => browser.bytes.set(key, file), get: async (key) => browser.bytes.get(key), drop: async (key) => browser.bytes.delete(key) };
  const files = new Files({ tab: store, kept: null, talk: () => tab.talk, config: () => CONFIG });
  let filing = null;
  files.load = async () => (filing ??= new Filing(files, { kept, page: { ...page, alone }, post: (file, to) => network.post(file, to, lives) }));
  return files;
}

/** Lets what waits for promises go on. */
export const settle = async () => {
  for (let i = 0; i < 8; i++) await new Promise((done) => setImmediate(done));
};

export function world(seed = 1) {
  const random = chance(seed);
  const clock = new Clock();
  const server = new ChatServer();
  const network = new Network(clock, server, random);
  return { random, clock, server, network, browser: new Browser() };
}
