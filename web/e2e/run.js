// Runs all browser tests: installs what they need, copies the binary (it may be rebuilt meanwhile), runs two files at a
// time.
import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));

export const tool = (name, ...args) =>
  execFileSync(join(here, "../../tools", name), args, { stdio: ["ignore", "inherit", "inherit"] });

export function prepare() {
  if (!existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium")) tool("need", "chromium");
  tool("python", "-c", "import aiosmtpd");
  copyBinary();
}

export function copyBinary() {
  const built = resolve(here, process.env.TEKVWARHO_BIN ?? "../../target/debug/tekvwarho");
  const dir = mkdtempSync(join(tmpdir(), "tekvwarho-bin-"));
  const copy = join(dir, "tekvwarho");
  copyFileSync(built, copy);
  process.on("exit", () => rmSync(dir, { recursive: true, force: true }));
  process.env.TEKVWARHO_BIN = copy;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  prepare();
  const wanted = process.argv.slice(2);
  const files = readdirSync(join(here, "tests"))
    .filter((name) => name.endsWith(".test.js") && (wanted.length === 0 || wanted.some((part) => name.includes(part))))
    .map((name) => join("tests", name));
  // For a whole file; each test has its own, shorter limit.
  const args = ["--test", "--test-concurrency=2", "--test-reporter=spec", "--test-timeout=900000", ...files];
  const { status } = spawnSync(process.execPath, args, { cwd: here, stdio: "inherit" });
  process.exit(status ?? 1);
}
