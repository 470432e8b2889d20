/** What the palette finds of the settings: each group, heading and setting, by their names and usual words. */
import type { Command, Findable } from '../../../slice/slice';
import { loadSchema } from '../schema';
import { placesOf } from './places';
import { own } from './strings';

export const words: Findable['words'] = own.words;

export const commands: Command[] = [
  { id: 'site-pages', icon: 'text', path: '/settings/pages', needs: 'settings', ...own.sitePages },
  { id: 'new-page', icon: 'plus', path: '/settings/pages/new', needs: 'settings', ...own.newPage },
  { id: 'test-mail', icon: 'mail', path: '/settings/mail#test-mail', needs: 'settings', ...own.testMail },
];

export const listed: Findable['listed'] = {
  needs: 'settings',
  load: async () => placesOf(await loadSchema()),
};
