import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';

// `npm run dev` serves the dashboard itself and hands the rest to the Rust server.
const server = process.env.TEKVWARHO_DEV_SERVER ?? 'http://localhost:5500';

export default defineConfig({
  plugins: [sveltekit()],
  server: {
    proxy: {
      '/api': { target: server },
      '/ws': { target: server, ws: true },
    },
  },
  build: { target: 'es2022' },
  test: { include: ['src/**/*.test.ts'] },
});
