import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../src/tokens.css", import.meta.url), "utf8");
const hues = Array.from({ length: 24 }, (_, i) => i * 15);

const grounds = ["bg", "surface", "sunken", "tint"];
const inks = ["text", "text-soft", "text-faint", "accent", "accent-hover", "accent-text", "success", "warn", "danger", "info"];
const textPairs = [
  ...grounds.flatMap((ground) => inks.map((ink) => [ink, ground])),
  ["on-accent", "accent"],
  ["on-accent", "accent-hover"],
  ["text", "accent-soft"],
  ["text-soft", "accent-soft"],
  ["accent-text", "accent-soft"],
  ["on-deep", "deep"],
  ["on-deep-soft", "deep"],
  ["accent-bright", "deep"],
  ["deep", "accent-bright"],
  ...["success", "warn", "danger", "info"].flatMap((meaning) => [
    [meaning, `${meaning}-soft`],
    ["text", `${meaning}-soft`],
  ]),
];
// WCAG 1.4.11: colours that only mark the edge of a control
const edgePairs = grounds.map((ground) => ["line-strong", ground]);

/** `--name: light-dark(oklch(L C H), oklch(L C H))` → {name: [light, dark]} */
function readTokens(hue) {
  const colour = String.raw`oklch\(([\d.]+) ([\d.]+) ([\d.]+|var\(--accent-hue\))\)`;
  const line = new RegExp(String.raw`--([\w-]+): light-dark\(${colour}, ${colour}\);`, "g");
  const number = (text) => (text.startsWith("var") ? hue : Number(text));
  const tokens = {};
  for (const [, name, ...parts] of css.matchAll(line)) {
    const values = parts.map(number);
    tokens[name] = [values.slice(0, 3), values.slice(3)];
  }
  return tokens;
}

/** Relative luminance (WCAG) of an OKLCH colour, clipped to sRGB as browsers do. */
function luminance([lightness, chroma, hue]) {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (x) => Math.min(1, Math.max(0, x));
  const red = clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s);
  const green = clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s);
  const blue = clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [high, low] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

function failures(pairs, least) {
  const found = [];
  for (const hue of hues) {
    const tokens = readTokens(hue);
    for (const [ink, ground] of pairs) {
      assert.ok(tokens[ink] && tokens[ground], `no token ${ink} or ${ground}`);
      for (const theme of [0, 1]) {
        const ratio = contrast(tokens[ink][theme], tokens[ground][theme]);
        if (ratio < least) found.push(`${ink} on ${ground}, ${["light", "dark"][theme]}, hue ${hue}: ${ratio.toFixed(2)}`);
      }
    }
  }
  return found;
}

test("luminance of black, white and grey is right", () => {
  assert.ok(Math.abs(contrast([1, 0, 0], [0, 0, 0]) - 21) < 0.01);
  assert.ok(Math.abs(contrast([0.5999, 0, 0], [1, 0, 0]) - 3.95) < 0.1);
});

test("every text pair has 4.5 : 1 in both themes, whatever the accent hue", () => {
  assert.deepEqual(failures(textPairs, 4.5), []);
});

test("edges of controls have 3 : 1", () => {
  assert.deepEqual(failures(edgePairs, 3), []);
});

test("no other file names a colour", () => {
  const folder = new URL("../src/", import.meta.url);
  for (const name of readdirSync(folder).filter((name) => name.endsWith(".css") && name !== "tokens.css")) {
    const rules = readFileSync(new URL(name, folder), "utf8");
    assert.deepEqual(rules.match(/#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|light-dark)\(/gi), null, name);
  }
});
