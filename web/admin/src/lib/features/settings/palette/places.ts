/** Where each name in the registry of settings leads, and each of the firm's own pages. */
import type { Command } from '../../../slice/slice';
import type { SitePage, SettingsSchema } from '../types';
import { own } from './strings';

/**
 * Groups, then headings, then settings. A heading leads to its first setting. A setting is also found by the names of
 * its group and heading, and by their other words.
 */
export function placesOf({ groups, keys }: SettingsSchema): Command[] {
  const known = new Map(groups.map((group) => [group.id, group.label]));
  const wordsOf = (...names: string[]) => names.map((name) => own.places[name] ?? '').join(' ');
  const headings = new Map<string, Command>();
  const fields: Command[] = [];
  for (const { key, label, group, section } of keys) {
    const parts = [own.settings, known.get(group) ?? group];
    const place = { icon: 'gear' as const, path: `/settings/${group}#${key}`, needs: 'settings' as const };
    const heading = `${group}/${section}`;
    if (section && !headings.has(heading)) {
      const words = `${parts[1]} ${wordsOf(heading)}`;
      headings.set(heading, {
        ...place,
        id: `heading-${key}`,
        label: section,
        detail: parts.join(' · '),
        words,
      });
    }
    if (section) parts.push(section);
    const words = [...parts.slice(1), wordsOf(group, heading, key)].join(' ');
    fields.push({ ...place, id: key, label, detail: parts.join(' · '), words });
  }
  return [
    ...groups.map(({ id, label }): Command => ({
      id: `group-${id}`,
      label,
      icon: 'gear',
      path: `/settings/${id}`,
      needs: 'settings',
      detail: own.settings,
      words: `${own.settings} ${wordsOf(id)}`,
    })),
    ...headings.values(),
    ...fields,
  ];
}

/** The firm's own pages, by title and address. */
export const pagesOf = (pages: Pick<SitePage, 'id' | 'title' | 'path'>[]): Command[] =>
  pages.map(({ id, title, path }) => ({
    id: `page-${id}`,
    label: title,
    icon: 'text',
    path: `/settings/pages/${id}`,
    needs: 'settings',
    detail: own.pageAt(path),
    words: path,
  }));
