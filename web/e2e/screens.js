// Screenshots of every page into docs/screens: 1280 and 360 pixels wide, light and dark, with demo data.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, person, signIn } from "./lib/browser.js";
import {
  MANY,
  NOTHING_YET,
  ofMessage,
  PUBLIC,
  SENT,
  showAll,
  SIGNED_IN,
  SIGNED_OUT,
  visit,
  write,
  writeMany,
} from "./lib/pages.js";
import { Server } from "./lib/server.js";
import { prepare } from "./run.js";

const tools = fileURLToPath(new URL("../../tools/", import.meta.url));
const folder = fileURLToPath(new URL("../../docs/screens/", import.meta.url));
const SIZES = { desktop: { width: 1280, height: 860 }, phone: { width: 360, height: 780 } };
const SETUP = [{ name: "admin-setup", ready: "form" }];
const wanted = process.argv.slice(2);

prepare();
execFileSync(join(tools, "need"), ["pngquant"], { stdio: "inherit" });
mkdirSync(folder, { recursive: true });
if (wanted.length === 0) for (const name of readdirSync(folder)) if (name.endsWith(".png")) rmSync(join(folder, name));

const [server, empty, crowded, unset, browser] = await Promise.all([
  // A page that sends an email is captured more often than the rate limit allows.
  Server.make({
    demo: ["--messages", "200", "--audit-entries", "300", "--seed", "7"],
    env: { TEKVWARHO_RATE_LIMITS: "off" },
  }),
  Server.make(),
  Server.make(),
  Server.make({ staff: [] }),
  launch(),
]);
await showAll(server);
await write(server);
await writeMany(crowded);
try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const phone = size === "phone" ? { hasTouch: true, isMobile: true, deviceScaleFactor: 2 } : {};
    const make = (of) => person(browser, of, { viewport, ...phone });
    const [visitor, guest, staff, beginner, first] = [
      await make(server),
      await make(crowded),
      await make(server),
      await make(empty),
      await make(unset),
    ];
    await signIn(staff.page);
    await signIn(beginner.page);
    for (const page of [...PUBLIC, ...(await ofMessage(server)), ...SIGNED_OUT]) await shoot(visitor.page, page, size);
    for (const page of SENT) await shoot(first.page, page, size);
    for (const page of SIGNED_IN) await shoot(staff.page, page, size);
    for (const page of MANY) await shoot(guest.page, page, size);
    for (const page of NOTHING_YET) await shoot(beginner.page, page, size);
    for (const page of SETUP) await shoot(first.page, { ...page, path: unset.setupLink.slice(unset.url.length) }, size);
    for (const { context } of [visitor, guest, staff, beginner, first]) await context.close();
  }
} finally {
  await browser.close();
  await Promise.all([server, empty, crowded, unset].map((one) => one.remove()));
}
const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
console.log(`${readdirSync(folder).length} pictures in docs/screens, ${(bytes / 1e6).toFixed(1)} MB`);

async function shoot(page, spec, size) {
  if (wanted.length && !wanted.some((part) => spec.name.includes(part))) return;
  for (const theme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: theme });
    await visit(page, spec);
    await page.evaluate(
      () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true)))),
    );
    const path = join(folder, `${spec.name}-${size}-${theme}.png`);
    // Pages longer than the window are captured in full, except the dashboard's, whose shell is the window, and the API
    // reference, which is as long as a book.
    await page.screenshot({
      path,
      fullPage: !/^(admin-|api$)/.test(spec.name) || (size === "desktop" && /profile|overview|setup/.test(spec.name)),
    });
    execFileSync("pngquant", ["--force", "--skip-if-larger", "--strip", "--speed", "3", "--ext", ".png", "--", path]);
  }
}
