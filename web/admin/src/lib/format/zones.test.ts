import { expect, it } from 'vitest';
import { currentZone, zonesWith } from './zones';

it('calls zones by the names of today', () => {
  const names = [
    'Europe/Kiev',
    'Asia/Calcutta',
    'America/Buenos_Aires',
    'Pacific/Truk',
    'Europe/Berlin',
    'UTC',
  ];
  expect(names.map(currentZone)).toEqual([
    ...[
      'Europe/Kyiv',
      'Asia/Kolkata',
      'America/Argentina/Buenos_Aires',
      'Pacific/Chuuk',
      'Europe/Berlin',
      'UTC',
    ],
  ]);
});

it('offers each zone once, and the chosen one always', () => {
  const zones = zonesWith('Etc/GMT+3');
  expect(zones).toEqual(
    expect.arrayContaining(['Europe/Kyiv', 'Asia/Kolkata', 'Asia/Ho_Chi_Minh', 'Etc/GMT+3']),
  );
  expect(zones.filter((zone) => /Kiev|Calcutta|Saigon|Rangoon|Katmandu|Faeroe|Godthab/.test(zone))).toEqual(
    [],
  );
  expect(new Set(zones).size).toBe(zones.length);
  expect(zonesWith('Europe/Kiev')).toEqual(zonesWith('Europe/Kyiv'));
});
