import { api } from '../api/client';
import { ApiError, explain } from '../api/errors';
import { words } from '../strings';

export interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'danger';
  undo?: () => Promise<void>;
  progress?: { value: number | null; cancel: () => void };
}

const UNDO_MS = 10_000;

class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;
  #timers = new Map<number, { left: number; since: number; timer: ReturnType<typeof setTimeout> | null }>();

  say(text: string, options: { tone?: Toast['tone']; undo?: () => Promise<void>; ms?: number } = {}): number {
    const id = this.#next++;
    // The undo key applies only to the newest change, so older undo offers are removed.
    if (options.undo) this.list.filter((toast) => toast.undo).forEach((toast) => this.drop(toast.id));
    const same = this.list.filter((toast) => toast.text === text && !toast.undo && !toast.progress);
    same.forEach((toast) => this.drop(toast.id));
    this.list.push({ id, text, tone: options.tone ?? 'plain', undo: options.undo });
    this.#start(id, options.ms ?? (options.undo ? UNDO_MS : options.tone === 'danger' ? 8_000 : 4_000));
    return id;
  }

  fail(error: unknown): void {
    if (error instanceof ApiError && error.code === 'signed_out') return;
    this.say(explain(error), { tone: 'danger' });
  }

  /** A toast that stays until the work is done. */
  track(text: string, cancel: () => void): Toast {
    this.list.push({ id: this.#next++, text, tone: 'plain', progress: { value: null, cancel } });
    return this.list.at(-1) as Toast;
  }

  /**
   * "Done", with the server's undo behind the button, of several requests the newest first; `then` refreshes what is
   * shown, `partly` says that some items were skipped.
   */
  undoable(
    text: string,
    undo: string | string[] | null | undefined,
    then: (restored: number) => void,
    partly: (restored: number, skipped: number) => string,
    ms = UNDO_MS,
  ): void {
    const ids = [undo ?? []].flat();
    if (!ids.length) {
      this.say(text);
      return;
    }
    this.say(text, {
      ms,
      undo: async () => {
        const all = { restored: 0, skipped: 0 };
        try {
          for (const id of ids) {
            const { restored, skipped } = await api.undo(id);
            all.restored += restored;
            all.skipped += skipped;
          }
          this.say(all.skipped ? partly(all.restored, all.skipped) : words.undone);
        } catch (error) {
          if (error instanceof ApiError && (error.status === 404 || error.status === 409))
            this.say(words.undoOver, { tone: 'danger' });
          else this.fail(error);
        }
        then(all.restored);
      },
    });
  }

  undoLast(): void {
    const toast = this.list.findLast((entry) => entry.undo);
    if (toast) this.undo(toast);
  }

  undo(toast: Toast): void {
    this.drop(toast.id);
    void toast.undo?.();
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
    const timing = this.#timers.get(id);
    if (timing?.timer) clearTimeout(timing.timer);
    this.#timers.delete(id);
  }

  /** Pointer or focus is on the toasts: they stay. */
  hold(): void {
    for (const timing of this.#timers.values()) {
      if (!timing.timer) continue;
      clearTimeout(timing.timer);
      timing.timer = null;
      timing.left -= Date.now() - timing.since;
    }
  }

  release(): void {
    for (const [id, timing] of this.#timers) if (!timing.timer) this.#start(id, Math.max(1_000, timing.left));
  }

  #start(id: number, ms: number): void {
    this.#timers.set(id, { left: ms, since: Date.now(), timer: setTimeout(() => this.drop(id), ms) });
  }
}

export const toasts = new Toasts();
