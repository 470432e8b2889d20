/** What the palette finds of the audit trail. */
import type { Command, Findable } from '../../../slice/slice';
import { own } from './strings';

export const words: Findable['words'] = own.words;

export const commands: Command[] = [
  { id: 'export-audit', icon: 'download', path: '/audit#export', needs: 'audit', ...own.export },
  { id: 'verify-audit', icon: 'lock', path: '/audit#verify', needs: 'audit', ...own.verify },
];
