/** Identifies a service in a list while the list changes, and tells examples from the firm's own. Pure. */
import type { Service } from '../types';
import { same } from '../values';

export interface Which {
  /** Absent until the service is saved: until then its address identifies it. */
  id?: string;
  slug: string;
  /** Its previous position: distinguishes two with the same address. */
  index: number;
}

export const whichOf = ({ id, slug }: Service, index: number): Which => ({ id, slug, index });

/** Its current position; -1 if it is gone. */
export function placeOf(list: readonly Service[], which: Which): number {
  const fits = (service: Service | undefined): boolean =>
    which.id ? service?.id === which.id : service?.slug === which.slug;
  if (fits(list[which.index])) return which.index;
  // A saved service with the address of a discarded one is a different service.
  return list.findIndex((service) => fits(service) && Boolean(service.id) === Boolean(which.id));
}

/** An address for a service of this name that no service of the list uses. */
export function freeSlug(list: readonly Service[], name: string): string {
  const wanted = slugOf(name) || 'service';
  let slug = wanted;
  for (let n = 2; list.some((one) => one.slug === slug); n++) slug = `${wanted}-${n}`;
  return slug;
}

/** A name as it stands in an address: "Café & Garden" is "cafe-garden". */
export const slugOf = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-|-$/g, '');

/** A service after an edit. Until it is saved, its address follows its name, unless somebody typed another. */
export function edited(list: readonly Service[], index: number, to: Service): Service {
  const [before, others] = [list[index]!, list.toSpliced(index, 1)];
  const follows = !before.id && to.slug === before.slug && before.slug === freeSlug(others, before.name);
  return follows ? { ...to, slug: freeSlug(others, to.name) } : to;
}

/** Whether it is still as it came with the program, whatever its id. */
export const isExample = (service: Service, examples: readonly Service[]): boolean =>
  examples.some((one) => same({ ...one, id: null }, { ...service, id: null }));
