import { sveltekit } from '@sveltejs/kit/vite';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { scripts } from './chunks.ts';

// `npm run dev` serves the dashboard itself and proxies the rest to the Rust server.
const server = process.env.TEKVWARHO_DEV_SERVER ?? 'http://localhost:5500';

/**
 * SvelteKit hides its route announcer with a style attribute, which our content security policy forbids: our class does
 * the same.
 */
function announcerWithoutStyle(): Plugin {
  return {
    name: 'announcer-without-style',
    enforce: 'pre',
    transform(code, id) {
      if (!id.split('?')[0]?.endsWith('/generated/root.svelte')) return;
      const changed = code.replace(/(id="svelte-announcer"[^>]*?)\sstyle="[^"]*"/, '$1 class="sr"');
      if (changed === code) this.error('The route announcer looks different now: check vite.config.ts');
      return { code: changed, map: null };
    },
  };
}

/** Few scripts instead of one for each module that two pages share. */
function fewScripts(): Plugin {
  const codeSplitting = { groups: scripts() };
  return {
    name: 'few-scripts',
    configEnvironment: (name) =>
      name === 'client' ? { build: { rolldownOptions: { output: { codeSplitting } } } } : undefined,
  };
}

export default defineConfig({
  plugins: [announcerWithoutStyle(), fewScripts(), sveltekit()],
  server: {
    proxy: {
      '/api': { target: server },
      '/ws': { target: server, ws: true },
    },
  },
  build: { target: 'es2022' },
  test: { include: ['src/**/*.test.ts'] },
});
