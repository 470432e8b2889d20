/** The own second factors, as the profile and the page that demands one show them. */
import { api } from '../../api/client';
import type { FactorState, Passkey } from '../../api/types';

class FactorsState {
  now = $state.raw<FactorState | null>(null);
  passkeys = $state.raw<Passkey[] | null>(null);
  error = $state.raw<unknown>(null);
  /** Shown once, until the person says that they are kept. */
  codes = $state.raw<string[]>([]);

  async load(): Promise<void> {
    try {
      [this.now, this.passkeys] = await Promise.all([api.factors.state(), api.passkeys.list()]);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  /** Another person signed in. */
  forget(): void {
    this.now = this.passkeys = this.error = null;
    this.codes = [];
  }
}

export const factors = new FactorsState();
