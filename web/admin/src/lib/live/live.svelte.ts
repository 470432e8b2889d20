/** One socket for live notices and presence. Reconnects automatically, with jitter. */
import { api } from '../api/client';
import type { ClientFrame, ServerFrame, StaffRef } from '../api/types';
import { session } from '../auth/session.svelte';

export type Notice = Extract<ServerFrame, { type: 'notice' }>;
type ViewedEntity = Extract<ServerFrame, { type: 'viewing' }>['entity'];

const VIEWING_EVERY_MS = 20_000;
/** A hidden tab need not hurry. After this long, a socket may be dead without knowing it. */
const QUIET_MS = 75_000;

class Live {
  connected = $state(false);
  /** Who has something open, by its id; including ourselves. */
  viewers = $state<Record<string, StaffRef[]>>({});

  #socket: WebSocket | null = null;
  #listeners = new Set<(notice: Notice | 'reconnected') => void>();
  #viewing: { entity: ViewedEntity; id: string | null } | null = null;
  #beat: ReturnType<typeof setInterval> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #wanted = false;
  #opening = false;
  #hiddenAt = Date.now();

  constructor() {
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.#hiddenAt = Date.now();
      else this.#wake(Date.now() - this.#hiddenAt > QUIET_MS);
    });
    // After a network change, the old socket receives nothing, and only the server would notice.
    addEventListener('online', () => this.#wake(true));
  }

  start(): void {
    this.#wanted = true;
    void this.#open();
  }

  stop(): void {
    this.#wanted = false;
    clearTimeout(this.#timer);
    this.#socket?.close();
    this.#drop();
    this.viewers = {};
  }

  /**
   * Receives notices, and `reconnected` if some may have been missed: also between the page load and the first
   * connection.
   */
  listen(listener: (notice: Notice | 'reconnected') => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Tells the others what is open here, until changed. */
  view(entity: ViewedEntity, id: string | null): void {
    this.#viewing = { entity, id };
    this.#tellViewing();
    clearInterval(this.#beat);
    if (id) this.#beat = setInterval(() => this.#tellViewing(), VIEWING_EVERY_MS);
  }

  others(id: string): StaffRef[] {
    return (this.viewers[id] ?? []).filter((staff) => staff.id !== session.me?.id);
  }

  #tellViewing(): void {
    if (this.connected && this.#viewing) this.#send({ type: 'viewing', ...this.#viewing });
  }

  async #open(): Promise<void> {
    if (!this.#wanted || this.#socket || this.#opening) return;
    this.#opening = true;
    try {
      const { ticket } = await api.socketTicket();
      if (!this.#wanted) return;
      const socket = new WebSocket(
        `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/ws/chat`,
      );
      this.#socket = socket;
      socket.onopen = () => this.#send({ type: 'auth', ticket });
      socket.onmessage = (event) => this.#receive(socket, String(event.data));
      socket.onclose = () => {
        if (this.#socket !== socket) return;
        this.#drop();
        this.#again();
      };
    } catch {
      this.#again();
    } finally {
      this.#opening = false;
    }
  }

  #receive(socket: WebSocket, text: string): void {
    let frame: ServerFrame;
    try {
      frame = JSON.parse(text) as ServerFrame;
    } catch {
      return;
    }
    if (frame.type === 'ready') {
      this.connected = true;
      this.#tries = 0;
      this.#tellViewing();
      this.#tell('reconnected');
    } else if (frame.type === 'notice') {
      this.#tell(frame.kind === 'missed' ? 'reconnected' : frame);
    } else if (frame.type === 'viewing') {
      this.viewers[frame.id] = frame.staff;
    } else if (frame.type === 'bye') {
      if (this.#socket === socket) this.#drop();
      socket.close();
      if (frame.reason === 'signed_out') void session.checkEnded().then(() => this.#again());
      else this.#again((frame.retryAfter ?? 1) * 1000 * (1 + Math.random()));
    }
  }

  #tell(notice: Notice | 'reconnected'): void {
    for (const listener of this.#listeners) listener(notice);
  }

  #send(frame: ClientFrame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }

  /** The tab became visible. A socket that may be dead is replaced; missed changes are loaded then. */
  #wake(doubtful: boolean): void {
    if (!this.#wanted || document.visibilityState === 'hidden') return;
    if (doubtful) {
      const socket = this.#socket;
      this.#drop();
      socket?.close();
    }
    if (!this.#socket) this.#again(0);
  }

  #drop(): void {
    this.#socket = null;
    this.connected = false;
  }

  #again(ms?: number): void {
    if (!this.#wanted) return;
    clearTimeout(this.#timer);
    const backoff = Math.min(30_000, 500 * 2 ** this.#tries++);
    // A hidden tab reconnects as soon as it becomes visible.
    const hidden = document.visibilityState === 'hidden' ? QUIET_MS : 0;
    this.#timer = setTimeout(() => void this.#open(), ms ?? backoff * (0.5 + Math.random()) + hidden);
  }
}

export const live = new Live();
