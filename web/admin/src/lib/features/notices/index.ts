/** What happened that a person may want to know of. What each notice says stands with the slice that it comes from. */
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

/** Who opens an entity has read what was said of it. */
export const seen = (entityId: string): void => bell.seen(entityId);

/** For the profile: what one is told, and how. */
export const preferences = { title: frame.title, part: () => import('./Preferences.svelte') };
