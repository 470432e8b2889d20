/** The person's own second factors, for the profile and the page that requires one. */
import { api } from './api';
import { codes } from './codes.svelte';
import type { FactorState, Passkey } from './types';

class FactorsState {
  now = $state.raw<FactorState | null>(null);
  passkeys = $state.raw<Passkey[] | null>(null);
  error = $state.raw<unknown>(null);

  async load(): Promise<void> {
    try {
      [this.now, this.passkeys] = await Promise.all([api.state(), api.passkeys.list()]);
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  /** Another person signed in. */
  forget(): void {
    this.now = this.passkeys = this.error = null;
    codes.forget();
  }
}

export const factors = new FactorsState();
