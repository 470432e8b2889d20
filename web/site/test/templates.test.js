import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const server = new URL("../../../server/", import.meta.url);
const folder = new URL("templates/site/", server);
const templates = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(new URL(name, folder), "utf8")]),
);

function each(check) {
  for (const [name, source] of Object.entries(templates)) check(source.replace(/\{#[\s\S]*?#\}/g, ""), name);
}

test("nothing inline that a strict content security policy would refuse", () => {
  each((source, name) => {
    assert.doesNotMatch(source, /\sstyle=|<style|\son[a-z]+="/i, name);
    for (const [tag] of source.matchAll(/<script\b[^>]*>/g)) {
      assert.match(tag, /\ssrc=|application\/ld\+json/, `${name}: ${tag}`);
    }
  });
});

test("templates name only files that the build makes", () => {
  const config = readFileSync(new URL("../vite.config.js", import.meta.url), "utf8");
  each((source, name) => {
    for (const [, file] of source.matchAll(/asset\("([^"]+)"\)/g)) {
      const built = config.includes(`"${file}"`) || config.includes(`src/${file}"`) || file.endsWith(".woff2");
      assert.ok(built, `${name}: ${file}`);
    }
  });
});

test("every sentence that a template uses exists, and every sentence is used", () => {
  const defined = new Set();
  for (const [, group, body] of templates["strings.html"].matchAll(/\{%- set (\w+) = \{([\s\S]*?)\n\} -%\}/g)) {
    const outer = body.replace(/\[[\s\S]*?\]/g, "[]");
    for (const [, key] of outer.matchAll(/"(\w+)":/g)) defined.add(`${group}.${key}`);
  }
  const used = new Set();
  each((source) => {
    for (const [, path] of source.matchAll(/\bt\.(\w+\.\w+)/g)) used.add(path);
  });
  assert.deepEqual([...used].filter((path) => !defined.has(path)), []);
  assert.deepEqual([...defined].filter((path) => !used.has(path)), []);
});

test("every default service has its own plate and all its texts", () => {
  const services = JSON.parse(readFileSync(new URL("src/platform/settings/defaults/services.json", server), "utf8"));
  for (const service of services) {
    assert.ok(templates["plates.html"].includes(`icon == "${service.icon}"`), service.slug);
    for (const key of ["slug", "name", "summary", "intro", "startsAt", "startsFrom"]) assert.ok(service[key], `${service.slug}.${key}`);
    for (const key of ["gets", "steps", "fits", "questions"]) assert.ok(service[key].length >= 3, `${service.slug}.${key}`);
    assert.doesNotMatch(JSON.stringify(service), /!/, service.slug);
  }
});
