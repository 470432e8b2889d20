/** Notices for the signed-in person. The text of each notice is in the slice that sends it. */
import type { Slice } from '../../slice/slice';
import { bell } from './bell.svelte';
import { frame } from './strings.frame';

export const notices: Slice = {
  name: 'notices',
  routes: [],
  tools: [
    {
      id: 'notices',
      label: frame.title,
      icon: 'bell',
      keys: 'g n',
      goTo: frame.goTo,
      name: () => frame.bell(bell.unread),
      count: () => bell.unread,
      waiting: frame.waiting,
      said: () => bell.said,
      open: () => (bell.open = true),
    },
  ],
  palette: () => import('./palette'),
  overlays: [
    {
      id: 'notices',
      open: () => bell.open,
      close: () => (bell.open = false),
      load: () => import('./Panel.svelte'),
    },
  ],
  start: () => void bell.count(),
  hear: (notice) => bell.hear(notice),
  forget: () => bell.forget(),
};

/** Opening an entity marks its notices as read. */
export const seen = (entityId: string): void => bell.seen(entityId);

/** For the profile: the notice preferences. */
export const preferences = { title: frame.title, part: () => import('./Preferences.svelte') };
