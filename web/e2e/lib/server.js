/** A server of its own for each test file: free port, own data, own mail server. */
import { spawn, execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { until } from "./until.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const binary = process.env.TEKVWARHO_BIN ?? join(root, "target/debug/tekvwarho");

export const ADMIN = {
  email: "anna@firm.example",
  name: "Anna Virtanen",
  role: "admin",
  password: "seven-quiet-lakes",
};

/** The default firm's address, which gets notices of messages. */
export const FIRM_EMAIL = "hello@tekvwarho.example";

export async function freePort() {
  const probe = createServer();
  await new Promise((ready) => probe.listen(0, "127.0.0.1", ready));
  const { port } = probe.address();
  await new Promise((closed) => probe.close(closed));
  return port;
}

/** Running servers and their folders: cleaned up even if a test file is aborted. */
const running = new Set();
process.on("exit", () => {
  for (const server of running) server.kill();
});
// Without a handler there is no "exit" event; it cleans up Chromium too.
for (const [signal, number] of [
  ["SIGTERM", 15],
  ["SIGINT", 2],
  ["SIGHUP", 1],
])
  process.on(signal, () => process.exit(128 + number));

export class Server {
  #child = null;
  #out = "";
  #token = null;

  constructor(port, dir, env) {
    this.url = `http://localhost:${port}`;
    this.dir = dir;
    this.env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TEKVWARHO_DATA_DIR: join(dir, "data"),
      TEKVWARHO_LISTEN: `127.0.0.1:${port}`,
      TEKVWARHO_PUBLIC_URL: this.url,
      ...env,
    };
  }

  /**
   * `env` can set `SMTP_URL`; without one the server writes emails into its data folder. `via` is a proxy: browsers use
   * its URL, `url` stays the server's own.
   */
  static async make({ env = {}, staff = [ADMIN], demo = [], via = null } = {}) {
    const port = await freePort();
    if (via) {
      via.target = port;
      env = { TEKVWARHO_PUBLIC_URL: via.url, ...env };
    }
    const server = new Server(port, mkdtempSync(join(tmpdir(), "tekvwarho-e2e-")), env);
    for (const person of staff) await server.addStaff(person);
    if (demo.length) await server.run(["demo", ...demo]);
    await server.start();
    return server;
  }

  async start() {
    this.#out = "";
    // In the project's folder, because a debug build reads web/dist from there.
    const child = spawn(binary, ["serve"], { cwd: root, env: this.env, stdio: ["ignore", "pipe", "pipe"] });
    const hear = (bytes) => {
      this.#out += bytes;
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    this.#child = child;
    running.add(this);
    const ready = async () => {
      if (child.exitCode !== null) throw new Error(`the server ended: ${this.#out}`);
      return fetch(`${this.url}/api/health/ready`).then(
        (answer) => answer.ok,
        () => false,
      );
    };
    await until("the server answers", ready, 60_000);
  }

  /** Kills the server at once and deletes everything that it has written. */
  kill() {
    this.#child?.kill("SIGKILL");
    rmSync(this.dir, { recursive: true, force: true });
  }

  get output() {
    return this.#out;
  }

  /** URL of the set-up page that a first start prints. */
  get setupLink() {
    return /Set up: (\S+)/.exec(this.#out)?.[1];
  }

  addStaff({ email, name, role, password }) {
    return this.run(
      ["staff", "create", "--email", email, "--name", name, "--role", role, "--password-stdin"],
      password,
    );
  }

  /** Calls the API directly, as the admin, to check independently of the page. Bytes are sent as a file. */
  async api(path, method = "GET", body) {
    this.#token ??= await fetch(`${this.url}/api/admin/auth/login`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ email: ADMIN.email, password: ADMIN.password }),
    })
      .then((answer) => answer.json())
      .then((answer) => answer.data.accessToken);
    const file = body instanceof Uint8Array;
    const type = body && { "Content-Type": file ? "application/octet-stream" : "application/json" };
    const headers = { Authorization: `Bearer ${this.#token}`, ...type };
    const answer = await fetch(this.url + path, { method, headers, body: body && !file ? JSON.stringify(body) : body });
    const told = await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${told.detail}`);
    return told.data;
  }

  run(args, input = "") {
    return new Promise((done, failed) => {
      const child = execFile(binary, args, { cwd: root, env: this.env }, (error, stdout, stderr) =>
        error ? failed(new Error(`tekvwarho ${args[0]}: ${stderr || error.message}`)) : done(stdout),
      );
      child.stdin.end(input);
    });
  }

  async stop() {
    const child = this.#child;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGTERM");
    await ended;
  }

  async remove() {
    await this.stop();
    running.delete(this);
    rmSync(this.dir, { recursive: true, force: true });
  }
}
