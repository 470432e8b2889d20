import { describe, expect, it } from 'vitest';
import type { SitePage } from '../types';
import { changesOf, clashes, formOf, retitled, sent } from './page';

const saved = formOf({
  title: 'Fees',
  slug: 'fees',
  description: '',
  body: 'By the hour.',
  place: 'menu',
} as SitePage);

describe('a page as a form', () => {
  it('is changed where it differs', () => {
    expect(changesOf(saved, saved)).toEqual({});
    expect(changesOf(saved, { ...saved, title: ' Fees ' })).toEqual({});
    expect(changesOf(saved, { ...saved, body: 'By the day.' })).toEqual({ body: 'By the day.' });
    expect(changesOf(formOf(null), { ...formOf(null), place: 'footer' })).toEqual({ place: 'footer' });
  });

  it('has an address that follows its title until it was published', () => {
    const fresh = retitled(formOf(null), 'Café & Garden', false);
    expect(fresh.slug).toBe('cafe-garden');
    expect(retitled(fresh, 'How we work', false).slug).toBe('how-we-work');
    expect(retitled({ ...fresh, slug: 'cafe-garden-2' }, 'How we work', false).slug).toBe('how-we-work');
    expect(retitled({ ...fresh, slug: 'typed' }, 'How we work', false).slug).toBe('typed');
    expect(retitled(saved, 'Costs', true).slug).toBe('fees');
  });

  it('sends an address only if someone typed it', () => {
    const renamed = retitled(saved, 'Our fees', false);
    expect(sent(changesOf(saved, renamed), renamed, false)).toEqual({ title: 'Our fees' });
    const typed = { ...saved, slug: 'prices' };
    expect(sent(changesOf(saved, typed), typed, false)).toEqual({ slug: 'prices' });
    const cleared = { ...saved, slug: '' };
    expect(sent(changesOf(saved, cleared), cleared, false)).toEqual({});
    expect(sent(changesOf(saved, cleared), cleared, true)).toEqual({ slug: '' });
  });

  it('clashes where two people wrote different things', () => {
    const theirs = { ...saved, body: 'By the week.', title: 'Costs' };
    expect(clashes(saved, theirs, { body: 'By the day.' })).toEqual(['body']);
    expect(clashes(saved, theirs, { title: 'Costs', place: 'footer' })).toEqual([]);
  });
});
