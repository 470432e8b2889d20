/** The history of a group of settings: which recorded fields belong to it, and how its page calls them. */
import { own } from './strings';
import type { Service, SettingKey } from './types';
import { show } from './values';

export interface FieldWords {
  label: string;
  show: (value: unknown) => string;
}

/** For the audit trail's list: undefined for fields of other groups. */
export function describeGroup(
  group: string,
  keys: readonly SettingKey[],
  services: readonly Service[] = [],
): (field: string) => FieldWords | undefined {
  return (field) => {
    const key = keys.find((one) => one.key === field);
    if (key)
      return key.group === group
        ? {
            label: own.history.inSection(key.section, key.label),
            show: (value) => show(value, key.kind),
          }
        : undefined;
    const [of, name = '', part] = field.split('.');
    if (of !== group) return undefined;
    // A key that this version does not have any more stays readable.
    return { label: of === 'services' ? ofService(name, part, services) : field, show };
  };
}

/** The list of services is recorded service by service: `services.gardens.summary`. */
function ofService(slug: string, part: string | undefined, services: readonly Service[]): string {
  if (slug === 'order' && !part) return own.history.order;
  const name = services.find((service) => service.slug === slug)?.name ?? slug;
  const label = part && (own.service as Record<string, unknown>)[part];
  return part ? own.history.ofService(name, typeof label === 'string' ? label : part) : name;
}
