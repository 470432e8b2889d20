/** What the palette finds of the settings: each group, heading and setting, by their names and usual words; and each page. */
import type { Command, Findable } from '../../../slice/slice';
import { api } from '../api';
import { loadSchema } from '../schema';
import { pagesOf, placesOf } from './places';
import { own } from './strings';

export const words: Findable['words'] = own.words;

export const commands: Command[] = [
  { id: 'site-pages', icon: 'text', path: '/settings/pages', needs: 'settings', ...own.sitePages },
  { id: 'new-page', icon: 'plus', path: '/settings/pages/new', needs: 'settings', ...own.newPage },
  { id: 'test-mail', icon: 'mail', path: '/settings/mail#test-mail', needs: 'settings', ...own.testMail },
];

export const listed: Findable['listed'] = {
  needs: 'settings',
  async load() {
    // Without the pages, the settings are still found.
    const pages = api.pages.list().catch(() => []);
    return [...placesOf(await loadSchema()), ...pagesOf(await pages)];
  },
};
