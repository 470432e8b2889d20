/** What writing needs from the server: whom a note can mention, and the canned replies. Each may fail without harm. */
import { api as floor } from '../api/client';
import type { Colleague, Schema } from '../api/types';
import { session } from '../auth/session.svelte';
import { every } from '../ui/paged.svelte';
import { api } from './api';

class Helpers {
  colleagues = $state.raw<Colleague[]>([]);
  canned = $state.raw<Schema['CannedReply'][]>([]);

  constructor() {
    session.whenLeft(() => Object.assign(this, { colleagues: [], canned: [] }));
  }

  async load(): Promise<void> {
    const [colleagues] = await Promise.all([
      floor.colleagues().catch(() => this.colleagues),
      this.loadCanned().catch(() => undefined),
    ]);
    this.colleagues = colleagues;
  }

  /** The server gives them to people who may see messages. */
  async loadCanned(): Promise<void> {
    if (session.may('messages')) this.canned = await every(api.canned);
  }

  /** URL of a colleague's picture. */
  pictureOf(person: string | null | undefined): string | null {
    return this.colleagues.find((one) => one.id === person)?.avatar ?? null;
  }
}

export const helpers = new Helpers();
