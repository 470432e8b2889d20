/** Text about files that are chosen, on their way, or shown. */
import { plural } from '../format/plural';
import type { Purpose } from './types';

const upTo = (what: string, most: number) =>
  `${what} takes up to ${plural(most, 'file', 'files')}. Send what fits, then the rest.`;

export const own = {
  attach: 'Attach files',
  attached: 'Files to send',
  drop: 'Drop files to attach them',
  pasted: 'Pasted picture.png',
  part: (percent: number, size: string) => `${percent}% of ${size}`,
  onWay: (name: string) => `Sending ${name}`,
  waits: 'Waiting for the connection',
  remove: (name: string) => `Remove ${name}`,
  again: (name: string) => `Try ${name} again`,
  first: 'One of the files can’t be sent. Remove it, or try it again.',
  many: {
    chat: (most) => upTo('A message', most),
    message: (most) => upTo('A reply', most),
  } satisfies Record<Purpose, (most: number) => string>,
  type: 'This type of file can’t be sent. Send a picture, a PDF, a text, a document, a table or a ZIP archive.',
  size: (most: string) => `This file is too large. The limit is ${most}.`,
  empty: 'This file is empty.',
  gone: 'The browser has lost this file. Remove it, and attach it again.',
  off: {
    chat: 'Files in the chat are switched off.',
    message: 'Files in messages are switched off.',
  } satisfies Record<Purpose, string>,
  later: 'The server can’t take files right now. Try again in a few minutes.',
  refused: 'The server doesn’t take this file.',
  list: 'Files',
  open: 'Show large',
  save: 'Download',
  missing: 'This file is gone. It may have been deleted.',
  unread: 'The large picture didn’t load. This is the preview.',
};
