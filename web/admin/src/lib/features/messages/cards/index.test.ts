import { expect, it, vi } from 'vitest';
import { cards } from '.';

vi.mock('./Figures.svelte', () => ({ default: null }));
vi.mock('./Latest.svelte', () => ({ default: null }));
vi.mock('./Response.svelte', () => ({ default: null }));
vi.mock('./Trend.svelte', () => ({ default: null }));

it('shows no card of messages to somebody who may not see them', () => {
  expect(cards.filter(({ needs }) => needs !== 'messages')).toEqual([]);
});
