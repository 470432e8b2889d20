import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { defineConfig } from "vite";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const outDir = here("../dist/site");
const pictures = ["icon.svg", "icon-maskable.svg", "apple-touch-icon.png", "og.svg", "og.png"];
const textFile = /\.(css|js|svg|json)$/;

/** Files that only templates reference: hashed like everything else. */
function emitPictures() {
  return {
    name: "emit-pictures",
    buildStart() {
      for (const name of pictures) {
        const source = readFileSync(here(`src/${name}`));
        this.emitFile({ type: "asset", name, originalFileName: `src/${name}`, source });
      }
    },
  };
}

/** `manifest.json`: the name that templates use → the output name. */
function flatManifest() {
  return {
    name: "flat-manifest",
    generateBundle(_options, bundle) {
      const files = {};
      for (const item of Object.values(bundle)) {
        if (item.type === "chunk" && item.facadeModuleId?.endsWith(".js")) files[`${item.name}.js`] = item.fileName;
        if (item.type === "asset") {
          const original = item.originalFileNames?.[0] ?? item.names?.[0];
          if (original) files[basename(original)] = item.fileName;
        }
      }
      const sorted = Object.fromEntries(Object.entries(files).sort());
      this.emitFile({ type: "asset", fileName: "manifest.json", source: JSON.stringify(sorted, null, 2) });
    },
  };
}

/**
 * Vite passes every `import()` through a helper that also loads styles. Ours need none, and the helper would be one more
 * script of every page: a function that only calls takes its place.
 */
function plainImports() {
  const imported = /import\{t as ([\w$]+)\}from"\.\/preload-helper-[^"]+";/;
  return {
    name: "plain-imports",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const helper = Object.keys(bundle).find((name) => name.startsWith("preload-helper-"));
        if (!helper) return this.error("The helper of import() is elsewhere now: check vite.config.js");
        for (const chunk of Object.values(bundle)) {
          if (chunk.type !== "chunk" || !chunk.imports.includes(helper)) continue;
          chunk.code = chunk.code.replace(imported, "var $1=e=>e();");
          chunk.imports = chunk.imports.filter((name) => name !== helper);
          if (chunk.code.includes(helper)) this.error(`${chunk.fileName} still has the helper of import()`);
        }
        delete bundle[helper];
      },
    },
  };
}

/** Best compression once at build time, so that the server never compresses. */
function precompress() {
  return {
    name: "precompress",
    closeBundle() {
      for (const name of readdirSync(outDir)) {
        if (!textFile.test(name) || name === "manifest.json") continue;
        const file = join(outDir, name);
        const bytes = readFileSync(file);
        const params = {
          [constants.BROTLI_PARAM_QUALITY]: 11,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        };
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/** Small files that nearly always come together: apart, they would compress worse, and each has to be asked for. */
const together = [
  { name: "common", test: /src\/(dom|store|files\/(env|words))\.js$/ },
  { name: "chat", test: /src\/chat\/(?!filing)/ },
];

export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  plugins: [emitPictures(), flatManifest(), plainImports(), precompress()],
  build: {
    outDir,
    emptyOutDir: true,
    manifest: true,
    modulePreload: false,
    assetsInlineLimit: 0,
    target: ["chrome123", "firefox121", "safari17.5"],
    rollupOptions: {
      input: {
        theme: here("src/theme.js"),
        contact: here("src/contact.js"),
        message: here("src/message.js"),
        "chat-launcher": here("src/chat-launcher.js"),
        "chat-page": here("src/chat-page.js"),
        "embed-chat": here("src/embed-chat.js"),
        "embed-frame": here("src/embed-frame.js"),
        chat: here("src/chat.css"),
        "mailed-chat": here("src/mailed-chat.css"),
        embed: here("src/embed.css"),
        site: here("src/site.css"),
        api: here("src/api.css"),
      },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
        codeSplitting: { groups: together, includeDependenciesRecursively: false },
      },
    },
  },
});
