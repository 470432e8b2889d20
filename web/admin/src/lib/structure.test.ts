/** Import rules of the dashboard. Enforces what `CONTRIBUTING.md` and `web/README.md` say about its layout. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';

const src = fileURLToPath(new URL('..', import.meta.url));
const ENDINGS = ['', '.ts', '.svelte', '.svelte.ts', '/index.ts'];

interface Import {
  from: string;
  to: string;
  /** Types only: nothing is loaded. */
  type: boolean;
  /** `import('…')`: loaded on demand. */
  later: boolean;
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(src, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return filesBelow(path);
    return /\.(ts|svelte)$/.test(entry.name) && !/\.test\.ts$/.test(entry.name) ? [path] : [];
  });
}

const resolve = (from: string, name: string) => {
  const base = name.startsWith('$lib') ? name.replace('$lib', 'lib') : normalize(join(dirname(from), name));
  return ENDINGS.map((ending) => base + ending).find(
    (path) => /\.\w+$/.test(path) && existsSync(join(src, path)),
  );
};

function importsOf(from: string): Import[] {
  const text = readFileSync(join(src, from), 'utf8');
  const found = text.matchAll(
    /(?:\b(?:import|export)\b(?<names>[^;'"()]*?)\bfrom\s*|\bimport\s*(?<later>\()?\s*)['"](?<name>(?:\.|\$lib)[^'"]*)['"]/g,
  );
  return [...found].flatMap(({ groups }) => {
    const { names = '', later, name = '' } = groups ?? {};
    const to = resolve(from, name);
    const parts = names.replace(/[{}]/g, '').split(',');
    const type =
      names !== '' && (/^\s*type\s/.test(names) || parts.every((part) => /^\s*(type\s|$)/.test(part)));
    return to ? [{ from, to, type, later: later !== undefined }] : [];
  });
}

const files = ['lib', 'routes'].flatMap(filesBelow);
const imports = files.flatMap(importsOf);
const LIST = 'lib/features/index.ts';
const sliceOf = (path: string) => /^lib\/features\/([^/]+)\//.exec(path)?.[1];
const folders = readdirSync(join(src, 'lib/features'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
const shown = ({ from, to }: Import) => `${from} → ${relative('lib', to)}`;

describe('the floor', () => {
  it('knows no slice', () => {
    const wrong = imports.filter(
      ({ from, to }) =>
        from.startsWith('lib/') && !from.startsWith('lib/features/') && to.startsWith('lib/features/'),
    );
    expect(wrong.map(shown)).toEqual([]);
  });

  it('was read', () => {
    expect(imports.length).toBeGreaterThan(500);
    expect(imports.some(({ later }) => later)).toBe(true);
    expect(imports.filter(({ from }) => from === LIST).length).toBe(folders.length + 1);
  });
});

describe('a slice', () => {
  const across = imports.filter(
    ({ from, to }) => sliceOf(from) && to.startsWith('lib/features/') && sliceOf(from) !== sliceOf(to),
  );

  it('has a value and words of its own', () => {
    for (const folder of folders)
      for (const name of ['index.ts', 'strings.ts'])
        expect(existsSync(join(src, 'lib/features', folder, name)), `${folder}/${name}`).toBe(true);
  });

  it('knows others by their index only', () => {
    const wrong = across.filter(({ to }) => to === LIST || !/^lib\/features\/[^/]+\/index\.ts$/.test(to));
    expect(wrong.map(shown)).toEqual([]);
  });

  it('knows few others, and never in a circle', () => {
    const arrows = [...new Set(across.map(({ from, to }) => `${sliceOf(from)} → ${sliceOf(to)}`))].sort();
    // Before you add one, consider whether the other slice could declare it in its value, or whether it belongs in the
    // lower layer.
    expect(arrows).toEqual([
      'chats → notices',
      'messages → audit',
      'messages → notices',
      'profile → factors',
      'profile → notices',
      'settings → audit',
      'staff → audit',
      'staff → factors',
    ]);
    const before = new Map<string, string[]>();
    for (const arrow of arrows) {
      const [from = '', to = ''] = arrow.split(' → ');
      before.set(from, [...(before.get(from) ?? []), to]);
    }
    const reaches = (from: string, to: string): boolean =>
      (before.get(from) ?? []).some((next) => next === to || reaches(next, to));
    expect(folders.filter((folder) => reaches(folder, folder))).toEqual([]);
  });

  it('draws nothing and says little in the first load', () => {
    const reached = new Set<string>();
    const walk = (path: string) => {
      if (reached.has(path)) return;
      reached.add(path);
      for (const { to, type, later } of imports.filter(({ from }) => from === path))
        if (!type && !later) walk(to);
    };
    walk(LIST);
    const wrong = [...reached].filter(
      (path) => sliceOf(path) && sliceOf(path) !== 'shell' && /\.svelte$|\/strings\.ts$/.test(path),
    );
    expect(wrong).toEqual([]);
  });
});

describe('the frame', () => {
  const readers = files.filter((path) =>
    /^lib\/(features\/(shell|dashboard|onboarding|notices)|slice)\//.test(path),
  );

  it('names no page of a slice', () => {
    const pages = folders
      .filter((folder) => !['shell', 'dashboard', 'onboarding', 'notices', 'access'].includes(folder))
      .join('|');
    const named = new RegExp(`['"\`]/(${pages}|canned)\\b`);
    // The notices panel links to the notice preferences.
    const wrong = readers.filter((path) => named.test(readFileSync(join(src, path), 'utf8')));
    expect(wrong).toEqual(['lib/features/notices/Panel.svelte']);
  });
});

describe('the list', () => {
  it('has every slice, once, and each route belongs to one of them', async () => {
    vi.stubGlobal('location', { origin: 'http://localhost' });
    vi.stubGlobal('localStorage', { getItem: () => null });
    vi.stubGlobal('document', { addEventListener: () => undefined, visibilityState: 'visible' });
    vi.stubGlobal('addEventListener', () => undefined);
    const { slices } = await import('./features');
    expect(slices.map(({ name }) => name).sort()).toEqual([...folders].sort());

    const routes = files
      .filter((path) => /\/\+page\.(svelte|ts)$/.test(path))
      .map((path) =>
        path
          .replace(/^routes\/?/, '')
          .replace(/^\(app\)\/?/, '')
          .replace(/\/?\+page\.(svelte|ts)$/, ''),
      );
    expect(slices.flatMap((slice) => slice.routes).sort()).toEqual(routes.sort());

    for (const { name, entries = [], routes: own } of slices)
      for (const { path } of entries)
        expect(
          own.some((route) => `/${route}`.replace(/\/\[\[.*$/, '') === path),
          `${name} has ${path}`,
        ).toBe(true);

    // Every server notice has text: in its slice, and nowhere else.
    const described = readFileSync(join(src, '../../../api/openapi.json'), 'utf8');
    const { NotificationEvent } = (
      JSON.parse(described) as { components: { schemas: Record<string, { enum: string[] }> } }
    ).components.schemas;
    const told = slices.flatMap(({ notices = {} }) => Object.keys(notices));
    expect(told.sort()).toEqual([...(NotificationEvent?.enum ?? [])].sort());
    vi.unstubAllGlobals();
  });
});
