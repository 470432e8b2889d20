/** Identifies a service in a list while the list changes. Pure. */
import type { Service } from '../types';

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

/** An address that no service of the list uses. */
export function freeSlug(list: readonly Service[]): string {
  let slug = 'new-service';
  for (let n = 2; list.some((one) => one.slug === slug); n++) slug = `new-service-${n}`;
  return slug;
}
