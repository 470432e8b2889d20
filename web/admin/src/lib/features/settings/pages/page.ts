/** A page as a form. Pure. */
import { slugOf } from '../fields/services';
import type { SitePage } from '../types';

export type PageForm = Pick<SitePage, 'title' | 'slug' | 'description' | 'body' | 'place'>;
export type PageField = keyof PageForm;

export const FIELDS: PageField[] = ['title', 'slug', 'description', 'body', 'place'];

export function formOf(page: SitePage | null): PageForm {
  return {
    title: page?.title ?? '',
    slug: page?.slug ?? '',
    description: page?.description ?? '',
    body: page?.body ?? '',
    place: page?.place ?? 'menu',
  };
}

/** The fields that differ from the saved page. */
export function changesOf(before: PageForm, form: PageForm): Partial<PageForm> {
  const differs = (field: PageField) => form[field].trim() !== before[field].trim();
  return Object.fromEntries(FIELDS.filter(differs).map((field) => [field, form[field]]));
}

/** True if the address is the one that the title gives, with or without a number behind it. */
const follows = ({ slug, title }: PageForm): boolean => slug.replace(/-\d+$/, '') === slugOf(title);

/** The form with another title. An address that follows the title goes along, until visitors may have it. */
export function retitled(form: PageForm, title: string, wasPublished: boolean): PageForm {
  const goesAlong = !wasPublished && (!form.slug || form.slug === slugOf(form.title) || follows(form));
  return { ...form, title, slug: goesAlong ? slugOf(title) : form.slug };
}

/** What to send. The server finds a free address for a title, so one that only follows it is left out. */
export function sent(changes: Partial<PageForm>, form: PageForm, wasPublished: boolean): Partial<PageForm> {
  const { slug, ...others } = changes;
  const given = slug !== undefined && (wasPublished || (slug !== '' && slug !== slugOf(form.title)));
  return given ? { ...others, slug } : others;
}

/** Fields that two people changed to different values. */
export function clashes(before: PageForm, theirs: PageForm, mine: Partial<PageForm>): PageField[] {
  return (Object.keys(mine) as PageField[]).filter(
    (field) => theirs[field] !== before[field] && theirs[field] !== mine[field],
  );
}
