/** Text of the dashboard card of chats. */
import { plural } from '../../../format/plural';

export const own = {
  title: (n: number) => `${plural(n, 'visitor is', 'visitors are')} waiting in chat`,
  all: 'Show all',
};
