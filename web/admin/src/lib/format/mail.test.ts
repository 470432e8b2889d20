import { expect, test } from 'vitest';
import { mailTo } from './mail';

test('an address is an address and nothing else', () => {
  expect(mailTo('anna+desk@example.com')).toBe('mailto:anna%2Bdesk@example.com');
  expect(mailTo('a?bcc=eve@example.com')).toBe('mailto:a%3Fbcc%3Deve@example.com');
});
