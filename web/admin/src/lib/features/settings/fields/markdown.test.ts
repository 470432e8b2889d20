import { expect, it } from 'vitest';
import { markdownOf } from './markdown';

it('names a picture, and its words end where they end', () => {
  expect(markdownOf('1x1-ab', ' Our office ')).toBe('![Our office](/pictures/1x1-ab)');
  expect(markdownOf('1x1-ab', '')).toBe('![](/pictures/1x1-ab)');
  expect(markdownOf('1x1-ab', 'a](x)\n[b')).toBe('![a\\](x) \\[b](/pictures/1x1-ab)');
});
