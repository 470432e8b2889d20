import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "./server.js";
import { until } from "./until.js";

const python = fileURLToPath(new URL("../../../tools/python", import.meta.url));
const script = fileURLToPath(new URL("./mail.py", import.meta.url));

/** The mail server of a test. It can be started later than the server that sends to it. */
export class Mail {
  #child = null;
  #ready = false;
  #done = null;
  mails = [];

  constructor(port) {
    this.port = port;
    this.url = `smtp://127.0.0.1:${port}`;
  }

  static async reserve() {
    return new Mail(await freePort());
  }

  static async make() {
    const mail = await Mail.reserve();
    await mail.start();
    return mail;
  }

  async start() {
    this.#child = spawn(python, [script, String(this.port)], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      const said = JSON.parse(line);
      if (said.ready) this.#ready = true;
      else if (said.done) this.#done = said.done;
      else this.mails.push(said);
    });
    await until("the mail server listens", () => this.#ready, 60_000);
  }

  /** `refuse` or `accept` an address from now on. */
  async rule(verb, address) {
    const line = `${verb} ${address}`;
    this.#child.stdin.write(`${line}\n`);
    await until(`the mail server does: ${line}`, () => this.#done === line);
  }

  to(address) {
    return this.mails.filter((mail) => mail.to.includes(address));
  }

  /** The first email to that address with that part of the subject. */
  arrives(address, subject, timeout = 20_000) {
    const find = () => this.to(address).find((mail) => mail.headers.subject.includes(subject));
    return until(`a mail to ${address} about “${subject}” arrives`, find, timeout);
  }

  async stop() {
    if (!this.#child) return;
    const ended = new Promise((done) => this.#child.once("exit", done));
    this.#child.stdin.end();
    await ended;
    this.#child = null;
    this.#ready = false;
  }
}

/** The first URL in an email that begins like this. */
export function linkIn(mail, start) {
  const found = mail.text.split(/\s+/).find((word) => word.startsWith(start));
  if (!found) throw new Error(`no link ${start} in: ${mail.text}`);
  return found;
}
