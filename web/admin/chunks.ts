/**
 * Assigns modules to scripts. Few scripts, and no page's code in another page's script: what the layouts need at once
 * is one script, and each folder below `features` is its own, with its styles. What exactly two of them
 * share is one more script, which the pages before signing in do not load, and `lib/writing` with `lib/files` another. The
 * `cards/` of all slices, shown in one place, share a script, and so do their `shortcuts.ts`. No slice is named here.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** The bundler's information about a module. */
interface Graph {
  getModuleInfo: (id: string) => {
    importers: readonly string[];
    dynamicImporters: readonly string[];
    isEntry: boolean;
  } | null;
}

const FIRST = 'first';
const SHARED = 'shared';
const WRITING = 'writing';

/** The script of a module that is loaded for its own sake: a layout, a page, or a dynamic import. */
function scriptOf(id: string): string {
  const path = id.split('?')[0] ?? '';
  // A page file only mounts a part of its slice.
  const mounted = path.endsWith('/+page.svelte') && /\$lib\/features\/[^']+/.exec(readFileSync(path, 'utf8'));
  const [, slice, place, keys] =
    /\/features\/([^/]+)\/(?:([^/]+)\/index\.ts$|(?=shortcuts\.ts$)(shortcuts))?/.exec(
      mounted ? mounted[0] : path,
    ) ?? [];
  return place ?? keys ?? slice ?? FIRST;
}

/**
 * For `codeSplitting`: the first script takes what it needs, and what three others need; a second one takes what exactly
 * two need; the rest stays with the one script that needs it.
 */
export function scripts(): { name: (id: string, graph: Graph) => string | null; priority: number }[] {
  const known = new Map<string, Set<string>>();
  const routes = new URL('src/routes/', import.meta.url);
  /** The slices of the pages that need nobody to be signed in. */
  const open = new Set(
    readdirSync(routes, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('+page.svelte') && !file.startsWith('(app)'))
      .map((file) => scriptOf(new URL(file, routes).pathname)),
  );

  /** The scripts that need this module. */
  function neededBy(id: string, graph: Graph): Set<string> {
    const found = known.get(id);
    if (found) return found;
    const names = new Set<string>();
    known.set(id, names);
    const info = graph.getModuleInfo(id);
    const mounts = /\/routes\/.*\+\w+\.(svelte|ts)$/.test(id);
    if (mounts || info?.isEntry || info?.dynamicImporters.length) names.add(scriptOf(id));
    if (!mounts)
      for (const importer of info?.importers ?? [])
        for (const name of neededBy(importer, graph)) names.add(name);
    return names;
  }

  /**
   * What `lib/writing` and `lib/files` consist of, with what only they use: heavy, and of no use to who shares the rest.
   */
  function isWriting(id: string, graph: Graph): boolean {
    if (/\/lib\/(writing|files)\//.test(id)) return true;
    const importers = graph.getModuleInfo(id)?.importers ?? [];
    return importers.length > 0 && importers.every((one) => isWriting(one, graph));
  }

  const nameOf = (id: string, graph: Graph) => {
    const names = [...neededBy(id, graph)];
    const [only, other] = names;
    if (!only || names.length > 2 || names.includes(FIRST)) return FIRST;
    if (!other) return only;
    // What the pages before signing in share would otherwise take the rest of that script along.
    if (names.some((name) => open.has(name))) return FIRST;
    return isWriting(id, graph) ? WRITING : SHARED;
  };
  /** Names of one kind. A script takes along whatever its modules need and no kind before it has taken. */
  const only = (kind: (name: string) => boolean) => (id: string, graph: Graph) => {
    // SvelteKit already loads modules that only mount a page by themselves; they stay separate.
    if (/\/nodes\/\d+\.js$|\/\+page\.svelte$/.test(id)) return null;
    const name = nameOf(id, graph);
    return kind(name) ? name : null;
  };
  return [
    { name: only((name) => name === FIRST), priority: 2 },
    { name: only((name) => name === SHARED), priority: 1 },
    { name: only((name) => name === WRITING), priority: 0.5 },
    { name: only((name) => ![FIRST, SHARED, WRITING].includes(name)), priority: 0 },
  ];
}
