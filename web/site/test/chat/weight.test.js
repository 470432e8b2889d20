// What a page pays for the chat: the launcher with every page, the rest once somebody is about to use it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { build } from "vite";
import config from "../../vite.config.js";

const LAUNCHER = 3_000;
const ALL = 20_000;
/** What sends, shows and saves files, once there is one. */
const FILES = 5_000;
const weight = (text) => brotliCompressSync(text).length;

test("the launcher is at most 3 kB, all of the chat at most 20 kB, and files 5 kB more (brotli)", async () => {
  const plugins = config.plugins.filter((plugin) => plugin.name !== "precompress");
  const { output } = await build({ ...config, configFile: false, plugins, logLevel: "silent", build: { ...config.build, write: false } });
  const entry = output.find((item) => item.name === "chat-launcher");
  const files = (chunk, seen = new Set()) => {
    if (seen.has(chunk)) return seen;
    seen.add(chunk);
    for (const name of chunk.imports) files(output.find((item) => item.fileName === name), seen);
    return seen;
  };
  const sum = (chunks) => [...chunks].reduce((all, { code }) => all + weight(code), 0);
  // Its styles are part of the site's; alone they weigh more than there.
  const styles = weight(readFileSync(new URL("../../src/chat-launcher.css", import.meta.url)));
  const launcher = sum(files(entry)) + styles;
  assert.equal(entry.dynamicImports.length, 1);
  const rest = files(output.find((item) => item.fileName === entry.dynamicImports[0]));
  const sheet = output.find((item) => /^chat-.*\.css$/.test(item.fileName));
  const all = launcher + sum(rest) + weight(sheet.source);
  const later = [...rest].flatMap((chunk) => chunk.dynamicImports);
  assert.equal(later.length, 1);
  const filing = sum([...files(output.find((item) => item.fileName === later[0]))].filter((chunk) => !rest.has(chunk)));
  console.log(`launcher ${launcher} bytes, all ${all} bytes, files ${filing} bytes more`);
  assert.ok(launcher <= LAUNCHER, `launcher: ${launcher} bytes`);
  assert.ok(all <= ALL, `all: ${all} bytes`);
  assert.ok(filing <= FILES, `files: ${filing} bytes`);
  assert.ok(!files(entry).has([...rest][0]), "it loads on intent");
});
