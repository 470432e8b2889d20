/**
 * Assigns modules to scripts. Few scripts, and no page's code in another page's script: what the layouts need at once
 * is one script, and each folder below `features` is its own, with its styles. What two of them share is a script too,
 * which neither the first page nor a third one loads. The `cards/` of all slices, shown in one place, share a script, and
 * so do their `shortcuts.ts`. No slice is named here.
 */
import { readFileSync } from 'node:fs';

/** The bundler's information about a module. */
interface Graph {
  getModuleInfo: (id: string) => {
    importers: readonly string[];
    dynamicImporters: readonly string[];
    isEntry: boolean;
  } | null;
}

const FIRST = 'first';
/** Folders of slices that are shown in one place, beside many pages. */
const PLACES = ['cards', 'palette'];

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
 * For `codeSplitting`: the first script takes what it needs, and what three others need; the rest stays with the one
 * script or the pair that needs it.
 */
export function scripts(): { name: (id: string, graph: Graph) => string | null; priority: number }[] {
  const known = new Map<string, Set<string>>();

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

  const nameOf = (id: string, graph: Graph) => {
    const names = [...neededBy(id, graph)].sort();
    // What a page shares with the parts that all pages show is small, and costs more as a request of its own.
    const everywhere = names.length > 1 && PLACES.some((place) => names.includes(place));
    return names.length && names.length <= 2 && !names.includes(FIRST) && !everywhere
      ? names.join('-')
      : FIRST;
  };
  /** Names of one kind. A script takes along whatever its modules need and no kind before it has taken. */
  const only = (kind: (name: string) => boolean) => (id: string, graph: Graph) => {
    // SvelteKit already loads modules that only mount a page by themselves; they stay separate.
    if (/\/nodes\/\d+\.js$|\/\+page\.svelte$/.test(id)) return null;
    const name = nameOf(id, graph);
    return kind(name) ? name : null;
  };
  const isPair = (name: string) => name.includes('-');
  return [
    { name: only((name) => name === FIRST), priority: 2 },
    { name: only(isPair), priority: 1 },
    { name: only((name) => name !== FIRST && !isPair(name)), priority: 0 },
  ];
}
