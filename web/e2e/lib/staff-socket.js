/** A person of the firm at the socket, without the dashboard and without a browser, frame by frame. */
import assert from "node:assert/strict";
import WebSocket from "ws";
import { until } from "./until.js";

export class StaffSocket {
  #socket;
  heard = [];
  #lines = 0;

  /** Signs in as the admin and takes chats. */
  static async open(server) {
    const staff = new StaffSocket();
    staff.server = server;
    await staff.connect();
    return staff;
  }

  /** Not through the proxy that a test puts before visitors. */
  async connect() {
    const { ticket } = await this.server.api("/api/auth/ws-ticket", "POST", {});
    this.#socket?.terminate();
    const heard = (this.heard = []);
    this.#socket = new WebSocket(`${this.server.url.replace("http", "ws")}/ws/chat`);
    this.#socket.on("message", (text) => heard.push(JSON.parse(text)));
    // A server that is killed resets the connection; what is missed then fails the test in `hears`.
    this.#socket.on("error", () => {});
    this.#socket.on("open", () => this.send({ type: "auth", ticket }));
    await this.hears({ type: "ready" });
    this.send({ type: "available", on: true });
  }

  send(frame) {
    this.#socket.send(JSON.stringify(frame));
  }

  /** Waits for a frame that has these values. */
  hears(values, timeout) {
    return until(`staff hear ${JSON.stringify(values)}`, () => this.heard.findLast(having(values)), timeout);
  }

  hearsNo(values) {
    assert.ok(!this.heard.some(having(values)), JSON.stringify(values));
  }

  /** Takes a session that waits, and follows it. */
  async claim(sessionId) {
    this.send({ type: "claim", sessionId });
    await this.follow(sessionId);
  }

  async follow(sessionId) {
    this.send({ type: "open", sessionId, lastSeq: 0 });
    await this.hears({ type: "history", sessionId });
  }

  async say(sessionId, content) {
    const clientId = `staff-${++this.#lines}`;
    this.send({ type: "message", sessionId, clientId, content });
    await this.hears({ type: "ack", clientId });
  }
}

const having = (values) => (frame) => Object.entries(values).every(([key, value]) => frame[key] === value);
