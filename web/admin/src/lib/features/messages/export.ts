/** Downloads the filtered list. */
import { api } from '../../api/client';
import { download } from '../../ui/download';
import { toQuery, type Filters } from './filters';

export function exportMessages(filters: Filters, format: 'csv' | 'xlsx'): Promise<void> {
  const ask = (signal: AbortSignal) => api.messages.export({ ...toQuery(filters), format }, signal);
  return download(ask, `messages.${format}`);
}
