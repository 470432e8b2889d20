import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

const out = '../dist/admin';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  kit: {
    // One shell for every address under /admin; the server embeds the folder with its .br and .gz files.
    adapter: adapter({ pages: out, assets: out, fallback: 'index.html', precompress: true }),
    paths: { base: '/admin', relative: false },
    // One script and one style sheet: measured against the split build, see web/README.md.
    output: { bundleStrategy: 'single' },
    version: { pollInterval: 0 },
  },
};
