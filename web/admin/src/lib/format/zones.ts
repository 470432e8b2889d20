/** Time zones by their current IANA names. Browsers list some under names that were replaced long ago. */

/** By region, old and new: what browsers list today and IANA calls otherwise. */
const RENAMED = Object.fromEntries(
  Object.entries({
    Africa: 'Asmera Asmara',
    America:
      'Buenos_Aires Argentina/Buenos_Aires Catamarca Argentina/Catamarca Cordoba Argentina/Cordoba Jujuy Argentina/Jujuy Mendoza Argentina/Mendoza Coral_Harbour Atikokan Godthab Nuuk Indianapolis Indiana/Indianapolis Louisville Kentucky/Louisville',
    Asia: 'Calcutta Kolkata Katmandu Kathmandu Rangoon Yangon Saigon Ho_Chi_Minh',
    Atlantic: 'Faeroe Faroe',
    Europe: 'Kiev Kyiv',
    Pacific: 'Enderbury Kanton Ponape Pohnpei Truk Chuuk',
  }).flatMap(([region, names]) =>
    [...names.matchAll(/(\S+) (\S+)/g)].map(([, old, now]) => [`${region}/${old}`, `${region}/${now}`]),
  ),
) as Record<string, string>;

/** The current name of a zone, unless this browser is too old to know it. */
export function currentZone(zone: string): string {
  const now = RENAMED[zone];
  if (!now) return zone;
  try {
    new Intl.DateTimeFormat('en', { timeZone: now });
    return now;
  } catch {
    return zone;
  }
}

/** All zones to choose from, and the chosen one even if this browser does not list it. */
export function zonesWith(chosen: string): string[] {
  const all = new Set(Intl.supportedValuesOf('timeZone').map(currentZone));
  if (chosen) all.add(currentZone(chosen));
  return [...all].sort();
}
