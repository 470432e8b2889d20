/** Text of what writing a message and writing in a chat share. */
import { plural } from '../format/plural';
import type { Variable } from './canned';

const variables: Record<Variable, string> = {
  'client.name': 'their name',
  'client.firstName': 'their first name',
  'staff.name': 'your name',
  'firm.name': 'the name of the firm',
  'message.service': 'the service they asked about',
};

export const own = {
  mode: 'What to write',
  note: 'Note',
  mention: 'Colleagues',
  canned: 'Canned replies',
  cannedNone: 'No matching canned reply',
  cannedEmpty: 'No canned replies yet',
  cannedManage: 'Manage canned replies',
  draft: 'Draft kept on this device',
  elsewhere: {
    says: 'This draft is also open in another tab. You can read it here and change it there.',
    take: 'Write here instead',
  },
  holes: (names: Variable[]) =>
    `Still missing: ${names.map((name) => variables[name]).join(', ')}. Type it in place of ${names.map((name) => `{{${name}}}`).join(', ')}.`,
  left: (n: number) => `${plural(n, 'character', 'characters')} left`,
  tooLong: (n: number) => `Too long by ${plural(n, 'character', 'characters')}. Shorten it to send.`,

  tags: 'Tags',
  tagPlaceholder: 'Find a tag or write a new one',
  newTag: (tag: string) => `Create tag “${tag}”`,
  removeTag: (tag: string) => `Remove tag ${tag}`,
};
