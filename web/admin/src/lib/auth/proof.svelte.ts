/** Showing again who is there: the API asks for it before sensitive actions, one dialog answers for all of them. */
import { useProof } from '../api/http';

class ProofState {
  open = $state(false);
  #waiting: ((proved: boolean) => void)[] = [];

  constructor() {
    useProof(() => this.#ask());
  }

  /** Requests that wait at once are answered by one proof. */
  #ask(): Promise<boolean> {
    this.open = true;
    return new Promise((done) => this.#waiting.push(done));
  }

  settle(proved: boolean): void {
    this.open = false;
    for (const done of this.#waiting.splice(0)) done(proved);
  }
}

export const proof = new ProofState();
