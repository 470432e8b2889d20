import { expect, it, vi } from 'vitest';

it('takes pictures out that only staff can see yet, and nothing else', async () => {
  vi.stubGlobal('location', { origin: 'http://localhost' });
  vi.stubGlobal('localStorage', { getItem: () => null });
  vi.stubGlobal('document', { addEventListener: () => undefined, visibilityState: 'visible' });
  vi.stubGlobal('addEventListener', () => undefined);
  const { withoutPictures } = await import('./frame');
  expect(withoutPictures('<img src="/pictures/1x1-ab" alt="a"><img src="&#x2f;people&#x2f;cd">')).toBe(
    '<img data-pictures="1x1-ab" alt="a"><img data-people="cd">',
  );
  const other = '<img src="/assets/og.png"><p> src=&quot;/pictures/x&quot;</p><link href="/theme.css">';
  expect(withoutPictures(other)).toBe(other);
  vi.unstubAllGlobals();
});
