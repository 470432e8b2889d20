/** One thing from the server. */

/** What was loaded last. A later look ends an earlier one; what is there stays when a look fails. */
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

  /** What is known from elsewhere, such as the answer to a change; a look that is on its way is older. */
  set(value: T | null): void {
    this.#turn++;
    this.value = value;
    this.error = null;
  }
}
