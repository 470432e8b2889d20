import { expect, test } from 'vitest';
import { bytes, text } from './passkeys';

test('bytes survive the way to the server and back', () => {
  const all = Uint8Array.from({ length: 256 }, (_, i) => i);
  const sent = text(all.buffer);
  expect(sent).not.toMatch(/[+/=]/);
  expect(bytes(sent)).toEqual(all);
  expect(bytes('')).toEqual(new Uint8Array());
});
