/** Downloads the filtered list. */
import { download } from '../../ui/download';
import { api } from './api';
import { toQuery, type Filters } from './filters';

export function exportMessages(filters: Filters, format: 'csv' | 'xlsx'): Promise<void> {
  const ask = (signal: AbortSignal) => api.export({ ...toQuery(filters), format }, signal);
  return download(ask, `messages.${format}`);
}
