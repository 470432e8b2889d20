/**
 * A conversation opens at its newest entry and stays there as content arrives or grows, until someone scrolls away. On
 * wide screens the conversation scrolls by itself; on narrow ones everything below the header does, and the composer, its
 * next sibling, floats over it. Either way, an entry counts as visible if the composer does not cover it.
 */
export class End {
  /** Whether the newest entry is visible. */
  at = false;

  #log: HTMLElement;
  #looked: (at: boolean) => void;

  constructor(log: HTMLElement, looked: (at: boolean) => void = () => undefined) {
    this.#log = log;
    this.#looked = looked;
  }

  #hidden(): number {
    const [last, composer] = [this.#log.lastElementChild, this.#log.nextElementSibling];
    if (!last || !composer) return 0;
    const room = parseFloat(getComputedStyle(this.#log).paddingBottom);
    return last.getBoundingClientRect().bottom + room - composer.getBoundingClientRect().top;
  }

  show(): void {
    const top = this.#hidden();
    for (const box of [this.#log, this.#log.closest('.body')]) box?.scrollBy({ top });
  }

  /** Follows the end from now on. Returns what ends that. `begin`: whether to start there. */
  follow(begin = false): () => void {
    const body = this.#log.closest('.body');
    const look = () => {
      this.at = this.#hidden() < 80;
      this.#looked(this.at);
    };
    const resized = new ResizeObserver(() => this.at && this.show());
    look();
    this.at ||= begin;
    for (const box of [this.#log, this.#log.nextElementSibling]) if (box) resized.observe(box);
    // Scroll events do not bubble; the capture phase reaches both containers.
    body?.addEventListener('scroll', look, { capture: true, passive: true });
    return () => {
      resized.disconnect();
      body?.removeEventListener('scroll', look, { capture: true });
    };
  }
}
