import { expect, it } from 'vitest';
import { parts } from './links';

const hrefs = (text: string) => parts(text).flatMap(({ href }) => href ?? []);

it('finds addresses without the punctuation around them, and loses no character', () => {
  const text = 'See https://firm.example/a_(b)?c=1, or write to ada@firm.example.\n(http://x.example)';
  expect(hrefs(text)).toEqual([
    'https://firm.example/a_(b)?c=1',
    'mailto:ada@firm.example',
    'http://x.example',
  ]);
  expect(
    parts(text)
      .map((part) => part.text)
      .join(''),
  ).toBe(text);
});

it('links nothing else', () => {
  for (const text of ['', 'readme.md', 'www.firm.example', '//firm.example', 'ftp://firm.example'])
    expect(hrefs(text)).toEqual([]);
  for (const text of ['javascript:alert(1)', 'data:text/html,x', 'mailto:', 'https://'])
    expect(hrefs(text)).toEqual([]);
});
