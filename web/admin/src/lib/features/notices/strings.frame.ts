/** Notice text in the shell. */
import { plural } from '../../format/plural';

export const frame = {
  title: 'Notifications',
  goTo: 'Notifications',
  bell: (unread: number) =>
    unread ? `Notifications, ${unread > 99 ? 'more than 99' : unread} unread` : 'Notifications',
  waiting: ' unread',
  arrived: (n: number) => plural(n, 'new notification', 'new notifications'),
};
