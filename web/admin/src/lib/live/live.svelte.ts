/** One socket for live notices, presence, and the frames of slices. Reconnects automatically, with jitter. */
import { api } from '../api/client';
import { ApiError, isSilent } from '../api/errors';
import { line } from '../api/reach';
import type { ClientFrame, ServerFrame } from '../api/types';
import { session } from '../auth/session.svelte';
import { Probe } from './probe';

export type Notice = Extract<ServerFrame, { type: 'notice' }>;
type Viewing = Extract<ServerFrame, { type: 'viewing' }>;
type ViewedEntity = Viewing['entity'];
export type Viewer = Viewing['staff'][number];

const VIEWING_EVERY_MS = 20_000;
/** A hidden tab need not hurry. */
const QUIET_MS = 75_000;
/** Tries to connect. A swallowed request never fails, so the next try does not wait for it. */
const TRY_EVERY_MS = 2_000;
const TICKET_MS = 7_000;
const MAX_BACKOFF_MS = 4_000;
/** Tries in vain after which people are told. The first ones fail at every restart of the server. */
const PATIENCE = 4;

const watched = () => document.visibilityState !== 'hidden';
/** A hidden tab reconnects as soon as it becomes visible. */
const hidden = () => (watched() ? 0 : QUIET_MS);

class Live {
  connected = $state(false);
  /** Whether the device has a network; nothing says whether it leads to the server. */
  online = $state(true);
  /** The server has not been heard for so long that the page may be out of date. */
  lost = $state(false);
  /** Who has something open, by its id; including ourselves. */
  viewers = $state<Record<string, Viewer[]>>({});

  #socket: WebSocket | null = null;
  #listeners = new Set<(notice: Notice | 'reconnected') => void>();
  #hearers = new Set<(frame: ServerFrame) => void>();
  #viewing: { entity: ViewedEntity; id: string | null; writing: boolean } | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #wanted = false;
  #probe = new Probe(
    () => this.send({ type: 'ping' }),
    () => {
      this.lost = watched();
      this.#replace();
    },
    watched,
  );

  constructor() {
    const wake = () => this.retry();
    document.addEventListener('visibilitychange', wake);
    addEventListener('focus', wake);
    addEventListener('offline', () => (this.online = false));
    addEventListener('online', () => {
      this.online = true;
      // After a network change, the old socket receives nothing.
      if (this.#wanted && watched()) this.#replace();
    });
    line.silent = () => this.connected && this.#probe.ask();
  }

  start(): void {
    this.#wanted = true;
    this.online = navigator.onLine;
    void this.#open();
  }

  stop(): void {
    this.#wanted = this.lost = false;
    this.#tries = 0;
    clearTimeout(this.#timer);
    this.#drop();
    this.viewers = {};
  }

  /** Somebody looks, perhaps after the device slept: checks the socket, or connects at once. */
  retry(): void {
    if (!this.#wanted || !watched()) return;
    this.#tries = 0;
    if (this.#socket) this.#probe.ask();
    else this.#again(0);
  }

  /**
   * Receives notices, and `reconnected` if some may have been missed: also between the page load and the first
   * connection.
   */
  listen(listener: (notice: Notice | 'reconnected') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Receives the frames of slices, and `ready` before them: the socket is new and knows nothing of what it was told. */
  hear(hearer: (frame: ServerFrame) => void): () => void {
    this.#hearers.add(hearer);
    return () => this.#hearers.delete(hearer);
  }

  /** Sends a frame. False if there is no connection: it is not sent later. */
  send(frame: ClientFrame): boolean {
    const open = this.#socket?.readyState === WebSocket.OPEN;
    if (open) this.#socket?.send(JSON.stringify(frame));
    return open;
  }

  /** Tells the others what is open here, until changed. */
  view(entity: ViewedEntity, id: string | null): void {
    this.#viewing = { entity, id, writing: false };
    this.#tellViewing();
    clearInterval(this.#beat);
    if (id) this.#beat = setInterval(() => this.#tellViewing(), VIEWING_EVERY_MS);
  }

  /** Tells the others whether the person writes there. */
  write(id: string, writing: boolean): void {
    if (this.#viewing?.id !== id || this.#viewing.writing === writing) return;
    this.#viewing.writing = writing;
    this.#tellViewing();
  }

  others(id: string): Viewer[] {
    return (this.viewers[id] ?? []).filter((staff) => staff.id !== session.me?.id);
  }

  #tellViewing(): void {
    if (this.connected && this.#viewing) this.send({ type: 'viewing', ...this.#viewing });
  }

  async #open(): Promise<void> {
    if (!this.#wanted || this.#socket) return;
    this.lost ||= ++this.#tries > PATIENCE && watched();
    this.#again(TRY_EVERY_MS * (0.8 + Math.random() * 0.4) + hidden());
    try {
      const { ticket } = await api.socketTicket(TICKET_MS);
      if (this.#wanted && !this.#socket) this.#connect(ticket);
    } catch (error) {
      // Another try was faster.
      if (this.#socket) return;
      const wait = error instanceof ApiError && error.retryAfter;
      if (isSilent(error)) line.down();
      else this.#again(wait ? wait * 1000 : undefined);
    }
  }

  #connect(ticket: string): void {
    clearTimeout(this.#timer);
    const socket = new WebSocket(
      `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws/chat`,
    );
    this.#socket = socket;
    this.#probe.ask();
    socket.onopen = () => this.send({ type: 'auth', ticket });
    socket.onmessage = (event) => {
      if (this.#socket === socket) this.#receive(String(event.data));
    };
    socket.onclose = () => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#again();
    };
  }

  #receive(text: string): void {
    this.#probe.heard();
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return;
    }
    if (frame.type === 'ready') {
      this.connected = true;
      this.lost = false;
      this.#tries = 0;
      this.#tellViewing();
      line.up();
      for (const hearer of this.#hearers) hearer(frame);
      this.#tell('reconnected');
    } else if (frame.type === 'notice') {
      this.#tell(frame.kind === 'missed' ? 'reconnected' : frame);
    } else if (frame.type === 'viewing') {
      this.viewers[frame.id] = frame.staff;
    } else if (frame.type === 'bye') {
      this.#drop();
      if (frame.reason === 'signed_out') void session.checkEnded().then(() => this.#again());
      else this.#again((frame.retryAfter ?? 1) * 1000 * (1 + Math.random()));
    } else if (frame.type !== 'pong') {
      for (const hearer of this.#hearers) hearer(frame);
    }
  }

  #tell(notice: Notice | 'reconnected'): void {
    for (const listener of this.#listeners) listener(notice);
  }

  /** The socket is dead, and the line may be. */
  #replace(): void {
    line.down();
    this.#drop();
    void this.#open();
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    this.connected = false;
    this.#probe.rest();
  }

  #again(ms = Math.min(MAX_BACKOFF_MS, 500 * 2 ** this.#tries) * (0.5 + Math.random() / 2) + hidden()): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#open(), ms);
  }
}

export const live = new Live();
