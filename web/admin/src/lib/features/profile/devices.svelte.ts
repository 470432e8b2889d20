import type { Session } from '../../api/types';
import { session } from '../../auth/session.svelte';
import { every } from '../../ui/paged.svelte';
import { api } from './api';

class DevicesState {
  list = $state.raw<Session[] | null>(null);
  error = $state.raw<unknown>(null);

  constructor() {
    session.whenLeft(() => Object.assign(this, { list: null, error: null }));
  }

  async load(): Promise<void> {
    try {
      const list = await every(api.sessions);
      this.list = list.toSorted(
        (a, b) => Number(b.current) - Number(a.current) || b.lastActivity.localeCompare(a.lastActivity),
      );
      this.error = null;
    } catch (error) {
      this.error = error;
    }
  }

  async end(id: string): Promise<void> {
    await api.endSession(id);
    this.list = this.list?.filter((session) => session.id !== id) ?? null;
  }

  async endOthers(): Promise<void> {
    await api.endOthers();
    this.list = this.list?.filter((session) => session.current) ?? null;
  }
}

export const devices = new DevicesState();
