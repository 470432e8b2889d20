// The same stories in Firefox and in WebKit, one browser at a time: `npm run browsers -- webkit` plays them in one.
// BROWSER_PICTURES names a folder for what they show.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyBinary, tool } from "../run.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const wanted = process.argv.slice(2).join(" ");

tool("need", "firefox-esr", "webkit2gtk-driver", "xvfb");
// A browser that is interrupted leaves its profile behind.
const folder = (process.env.TMPDIR = mkdtempSync(join(tmpdir(), "tekvwarho-browsers-")));
copyBinary();
const stories = readdirSync(here).filter((name) => name.endsWith(".test.js"));
const args = ["--test", "--test-concurrency=1", "--test-reporter=spec", "--test-timeout=300000", ...stories];
const env = wanted ? { ...process.env, BROWSERS: wanted } : process.env;
const tests = spawn(process.execPath, args, { cwd: here, env, stdio: "inherit" });
// The tests end first, and what they have started with them.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => tests.kill(signal));
tests.on("exit", (status) => {
  rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  process.exit(status ?? 1);
});
