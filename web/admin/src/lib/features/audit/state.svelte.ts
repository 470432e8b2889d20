/** The list of the audit trail. */
import { Paged } from '../../ui/paged.svelte';
import { api } from './api';
import { NONE, toQuery, type Filters } from './filters';
import type { AuditChoices, AuditItem } from './types';

export class AuditState extends Paged<AuditItem, Filters> {
  choices = $state.raw<AuditChoices | null>(null);

  constructor() {
    super(NONE, (filters, turn, signal) => api.list({ ...toQuery(filters), ...turn }, signal));
  }

  /** The list works without them. */
  async loadChoices(): Promise<void> {
    this.choices = await api.choices().catch(() => this.choices);
  }
}
