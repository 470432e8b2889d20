import adapter from '@sveltejs/adapter-static';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

const out = '../dist/admin';

/** @type {import('@sveltejs/kit').Config} */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
  kit: {
    // One shell for every URL under /admin; the server embeds the folder with its .br and .gz files.
    adapter: adapter({ pages: out, assets: out, fallback: 'index.html', precompress: true }),
    paths: { base: '/admin', relative: false },
    // Few scripts: vite.config.ts says which, web/README.md why.
    output: { bundleStrategy: 'split' },
    version: { pollInterval: 0 },
  },
};
