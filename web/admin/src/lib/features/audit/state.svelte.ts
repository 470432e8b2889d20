/** The list of the audit trail. */
import { api } from '../../api/client';
import type { AuditChoices, AuditItem } from '../../api/types';
import { Paged } from '../../ui/paged.svelte';
import { NONE, toQuery, type Filters } from './filters';

export class AuditState extends Paged<AuditItem, Filters> {
  choices = $state.raw<AuditChoices | null>(null);

  constructor() {
    super(NONE, (filters, turn, signal) => api.audit.list({ ...toQuery(filters), ...turn }, signal));
  }

  /** The list works without them. */
  async loadChoices(): Promise<void> {
    this.choices = await api.audit.choices().catch(() => this.choices);
  }
}
