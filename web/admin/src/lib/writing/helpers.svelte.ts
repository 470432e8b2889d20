/** What writing needs from the server: colleagues, services and canned replies. Each may fail without harm. */
import { api as floor } from '../api/client';
import type { Colleague, Schema } from '../api/types';
import { session } from '../auth/session.svelte';
import { every } from '../ui/paged.svelte';
import { api } from './api';

class Helpers {
  colleagues = $state.raw<Colleague[]>([]);
  services = $state.raw<Schema['ServiceName'][]>([]);
  canned = $state.raw<Schema['CannedReply'][]>([]);

  constructor() {
    session.whenLeft(() => Object.assign(this, { colleagues: [], services: [], canned: [] }));
  }

  async load(): Promise<void> {
    const [colleagues, services] = await Promise.all([
      floor.colleagues().catch(() => this.colleagues),
      api.services().catch(() => this.services),
      this.loadCanned().catch(() => undefined),
    ]);
    Object.assign(this, { colleagues, services });
  }

  /** The server gives them to people who may see messages. */
  async loadCanned(): Promise<void> {
    if (session.may('messages')) this.canned = await every(api.canned);
  }

  /** The name of a service by its slug. */
  serviceName(slug: string | null | undefined): string {
    return this.services.find((one) => one.slug === slug)?.name ?? slug ?? '';
  }

  /** URL of a colleague's picture. */
  pictureOf(person: string | null | undefined): string | null {
    return this.colleagues.find((one) => one.id === person)?.avatar ?? null;
  }
}

export const helpers = new Helpers();
