/** Confirming one's identity: the API requires it before sensitive actions, and one dialog handles all of them. */
import { useProof } from '../api/http';

class ProofState {
  open = $state(false);
  #waiting: ((proved: boolean) => void)[] = [];

  constructor() {
    useProof(() => this.#ask());
  }

  /** Concurrent requests share one confirmation. */
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
