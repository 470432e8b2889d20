/** One resource from the server. */

/** The last loaded value. A later load cancels an earlier one; the value stays if a load fails. */
export class Loaded<T> {
  value = $state.raw<T | null>(null);
  error = $state.raw<unknown>(null);

  readonly #ask: () => Promise<T>;
  #turn = 0;

  constructor(ask: () => Promise<T>) {
    this.#ask = ask;
  }

  load = async (): Promise<void> => {
    const turn = ++this.#turn;
    try {
      const value = await this.#ask();
      if (turn === this.#turn) this.set(value);
    } catch (error) {
      if (turn === this.#turn) this.error = error;
    }
  };

  /** Sets a value known from elsewhere, such as the response to a change; cancels a pending, older load. */
  set(value: T | null): void {
    this.#turn++;
    this.value = value;
    this.error = null;
  }
}
