// Whatever sockets, tabs and the network do: everything that was acknowledged is shown exactly once and in order.
// `CHAT_SEED=7 node --test test/chat/exactly-once.test.js` replays one run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Talk } from "../../src/chat/talk.js";
import { filesOf, pageIn, settle, world } from "./world.js";

const RUNS = Number(process.env.CHAT_RUNS ?? 150);
const seeds = process.env.CHAT_SEED ? [Number(process.env.CHAT_SEED)] : Array.from({ length: RUNS }, (_, i) => i + 1);

/** Tabs come and go, lines and files are sent on both sides, and the network does its worst; then it heals. */
async function run(seed) {
  const all = world(seed);
  const { random, clock, server, network, browser } = all;
  const written = [];
  let names = 0;
  network.calm = false;
  browser.slow = () => Math.floor(random() * 800);
  server.busy = () => random() < 0.1;

  const open = () => {
    const tab = { clock };
    browser.tabs.add(tab);
    const page = pageIn(all);
    tab.files = filesOf(all, tab, page);
    tab.talk = new Talk(page, browser.storeOf(tab), { files: tab.files, changed: () => inOrder(tab.talk) });
    tab.talk.start();
    return tab;
  };
  const inOrder = (talk) => {
    if (!talk?.outbox) return;
    const lines = talk.lines;
    const seqs = lines.filter((line) => line.seq).map((line) => line.seq);
    assert.deepEqual(seqs, [...new Set(seqs)].sort((a, b) => a - b), "in order and once");
    const ids = lines.map((line) => line.clientId);
    assert.equal(new Set(ids).size, ids.length, "no line twice");
  };
  const one = (list) => list[Math.floor(random() * list.length)];
  const begun = () => [...server.sessions.values()].filter((session) => session.rows.length);

  for (let i = 0; i < 1 + (seed % 3); i++) open();
  for (let i = 0; i < 120; i++) {
    const tabs = [...browser.tabs];
    const dice = random();
    if (dice < 0.3 && tabs.length) {
      const tab = one(tabs);
      const chosen = random() < 0.3 ? Array.from({ length: 1 + Math.floor(random() * 2) }, () => `f${++names}.pdf`) : [];
      if (chosen.length) await tab.files.add(chosen.map((name) => new File(["bytes"], name, { type: "application/pdf" })));
      const wait = random() < 0.5;
      if (wait) for (let ms = 0; ms < 4; ms++) (clock.pass(500), await settle());
      written.push({ tab, content: chosen.length && random() < 0.5 ? "" : `v${written.length}`, files: chosen });
      tab.talk.write(written.at(-1).content, tab.files.take());
    } else if (dice < 0.55 && begun().length) server.say(one(begun()), `s${i}`);
    else if (dice < 0.65 && network.sockets.size) network.cut(one([...network.sockets]), { half: random() < 0.5 });
    else if (dice < 0.7) network.swallow();
    else if (dice < 0.74) network.down = true;
    else if (dice < 0.8 && tabs.length < 3) open();
    else if (dice < 0.85 && tabs.length > 1) {
      // The page is gone, and what it had in memory with it.
      const tab = one(tabs);
      browser.tabs.delete(tab);
      tab.talk.stop();
    } else {
      network.pass();
      network.down = false;
    }
    clock.pass(Math.floor(random() * 3_000));
    await settle();
  }

  network.pass();
  network.down = false;
  network.calm = true;
  server.busy = () => false;
  // Many files one after the other, each with a turn of promises between its steps.
  for (let i = 0; i < 120; i++) {
    clock.pass(1_000);
    await settle();
  }
  // A missed event with nothing after it shows only when the server speaks of the session again.
  server.describe();
  clock.pass(60_000);

  const sessions = begun();
  assert.ok(sessions.length <= 1, `one conversation, not ${sessions.length}`);
  const rows = sessions[0]?.rows ?? [];
  const said = ({ content, files = [] }) => [content, ...files.map((file) => file.name ?? file)].join(" ");
  const mine = rows.filter((row) => row.from === "visitor").map(said);
  assert.deepEqual([...mine].sort(), written.map(said).sort(), "each line is stored once, with its files");
  for (const tab of new Set(written.map((line) => line.tab))) {
    const order = written.filter((line) => line.tab === tab).map(said);
    assert.deepEqual(mine.filter((content) => order.includes(content)), order, "in the order in which it was written");
  }
  for (const { talk } of browser.tabs) {
    assert.ok(talk.connected, "connected again");
    const low = talk.lines[0]?.seq ?? 1;
    assert.deepEqual(
      talk.lines.map((line) => [line.seq, said(line)]),
      rows.filter((row) => row.seq >= low).map((row) => [row.seq, said(row)]),
      "a tab shows what is stored",
    );
    assert.ok(low === 1 || talk.hasEarlier);
  }
  assert.equal(browser.bytes.size, 0, "what was sent is not kept");
  return rows.length;
}

test(`nothing lost, doubled or reordered in ${seeds.length} worlds`, async () => {
  let lines = 0;
  for (const seed of seeds) {
    try {
      lines += await run(seed);
    } catch (error) {
      error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
  assert.ok(process.env.CHAT_SEED || lines > seeds.length * 20, `only ${lines} lines were written`);
});
