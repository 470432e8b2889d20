/** A person of the firm at the socket, without the dashboard: what they would do there, frame by frame. */
import assert from "node:assert/strict";
import { until } from "./until.js";

export class StaffSocket {
  #page;
  #lines = 0;

  /** Signs in as the admin and takes chats. */
  static async open(browser, server) {
    const staff = new StaffSocket();
    staff.server = server;
    // A page of the public origin, whose socket does not go through the proxy that a test puts before visitors.
    const context = await browser.newContext({ baseURL: server.env.TEKVWARHO_PUBLIC_URL, bypassCSP: true });
    staff.#page = await context.newPage();
    await staff.#page.goto("/robots.txt");
    await staff.connect();
    return staff;
  }

  async connect() {
    const { ticket } = await this.server.api("/api/auth/ws-ticket", "POST", {});
    await this.#page.evaluate(
      ({ url, ticket }) => {
        globalThis.heard = [];
        globalThis.socket = new WebSocket(url);
        socket.onmessage = ({ data }) => heard.push(JSON.parse(data));
        socket.onopen = () => socket.send(JSON.stringify({ type: "auth", ticket }));
      },
      { url: `${this.server.url.replace("http", "ws")}/ws/chat`, ticket },
    );
    await this.hears({ type: "ready" });
    await this.send({ type: "available", on: true });
  }

  send(frame) {
    return this.#page.evaluate((frame) => socket.send(JSON.stringify(frame)), frame);
  }

  heard() {
    return this.#page.evaluate(() => heard);
  }

  /** Waits for a frame that has these values. */
  hears(values, timeout) {
    const fits = (frame) => Object.entries(values).every(([key, value]) => frame[key] === value);
    return until(
      `staff hear ${JSON.stringify(values)}`,
      async () => (await this.heard()).findLast((frame) => fits(frame)),
      timeout,
    );
  }

  async hearsNo(values) {
    const fits = (frame) => Object.entries(values).every(([key, value]) => frame[key] === value);
    assert.ok(!(await this.heard()).some(fits), JSON.stringify(values));
  }

  /** Takes a session that waits, and follows it. */
  async claim(sessionId) {
    await this.send({ type: "claim", sessionId });
    await this.follow(sessionId);
  }

  async follow(sessionId) {
    await this.send({ type: "open", sessionId, lastSeq: 0 });
    await this.hears({ type: "history", sessionId });
  }

  async say(sessionId, content) {
    const clientId = `staff-${++this.#lines}`;
    await this.send({ type: "message", sessionId, clientId, content });
    await this.hears({ type: "ack", clientId });
  }
}
