// Lighthouse on every public page, as on a phone and on a desktop: prints a table and fails below 100 in any category.
// Names as arguments select pages. A performance score below 100 can be the machine's: the median of three runs counts.
import lighthouse, { desktopConfig } from "lighthouse";
import { launch } from "./lib/browser.js";
import { ofMessage, PUBLIC, showAll, write } from "./lib/pages.js";
import { freePort, Server } from "./lib/server.js";
import { prepare } from "./run.js";

const CATEGORIES = ["performance", "accessibility", "best-practices", "seo"];
const FACES = { phone: undefined, desktop: desktopConfig };
/** What a page does on purpose that search engines leave out, and what a page that does not exist does besides. */
const HIDDEN = ["is-crawlable", "meta-description"];
const MISSING = [...HIDDEN, "http-status-code", "errors-in-console"];
/** The API reference is as long as a book: its performance is shown and depends on the machine. */
const held = ({ name }) => (name === "api" ? CATEGORIES.slice(1) : CATEGORIES);
const wanted = process.argv.slice(2);
const began = Date.now();

prepare();
const port = await freePort();
const [server, browser] = await Promise.all([
  Server.make({ demo: ["--messages", "60", "--seed", "7"], env: { TEKVWARHO_RATE_LIMITS: "off" } }),
  launch(`--remote-debugging-port=${port}`),
]);
let below = 0;
try {
  await showAll(server);
  await write(server);
  const pages = [...PUBLIC, ...(await ofMessage(server))]
    .filter(({ act, name }) => !act || name === "api")
    .filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  if (pages.length === 0) throw new Error(`no such page: ${wanted.join(", ")}`);
  console.log(["page".padEnd(18), "as on   ", ...CATEGORIES].join("  "));
  for (const page of pages) for (const face of Object.keys(FACES)) await measure(page, face);
} finally {
  await browser.close();
  await server.remove();
}
console.log(`${below} below 100, ${Math.round((Date.now() - began) / 1000)} s`);
process.exitCode = below ? 1 : 0;

async function measure(page, face) {
  const runs = [await run(page, face)];
  if (runs[0].categories.performance.score < 1) runs.push(await run(page, face), await run(page, face));
  const median = runs
    .toSorted((a, b) => a.categories.performance.score - b.categories.performance.score)
    .at(runs.length >> 1);
  const scores = CATEGORIES.map((id) => Math.round(median.categories[id].score * 100));
  const cells = scores.map((score, at) => String(score).padStart(CATEGORIES[at].length));
  console.log([page.name.padEnd(18), face.padEnd(8), ...cells].join("  "));
  for (const id of CATEGORIES.filter((_, at) => scores[at] < 100)) {
    if (held(page).includes(id)) below += 1;
    for (const line of lost(median, id)) console.log(`    ${line}`);
  }
}

/** On a busy machine, the browser sometimes records nothing of a load: it is then loaded again. */
async function run(page, face, tries = 3) {
  const { path, status, hidden } = page;
  const flags = {
    port,
    logLevel: "error",
    onlyCategories: CATEGORIES,
    ignoreStatusCode: Boolean(status),
    skipAudits: status ? MISSING : hidden ? HIDDEN : [],
  };
  const { lhr } = await lighthouse(server.url + path, flags, FACES[face]);
  if (lhr.runtimeError && tries > 1) return run(page, face, tries - 1);
  if (lhr.runtimeError) throw new Error(`${path}: ${lhr.runtimeError.message}`);
  return lhr;
}

/** What costs points in a category, with the places that it names. */
function lost({ audits, categories }, id) {
  return categories[id].auditRefs
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
    .map(({ id }) => {
      const { displayValue, title, details } = audits[id];
      const places = (details?.items ?? []).map((it) => it.node?.snippet ?? it.url ?? it.description ?? it.source);
      return [id, displayValue ?? title, ...places.filter(Boolean).slice(0, 5)].join(" · ");
    });
}
