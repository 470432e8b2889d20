// The dashboard: somebody signs in, reads a message, replies, and sees that it went out and what the client answers.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { replyAsClient, seenByClient, writeAsClient } from "../lib/client.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { inEach } from "./each.js";
import { Tab } from "./tab.js";

const ANSWER = "Yes, we can. It sounds like a full disk.";
const CONVERSATION = '[role=log][aria-label="Conversation"]';
const said = (text) => ({ css: CONVERSATION, text });
const button = (name) => ({ css: "button", name });

inEach("the dashboard", (Browser) => {
  const step = story();
  let server, tab, id;

  before(async () => {
    server = await Server.make({ env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" } });
    id = await writeAsClient(server, {
      name: "Ada Lovelace",
      email: "ada@client.example",
      message: "Our file server fails every Monday. Can you look at it?",
    });
    tab = await Tab.open(Browser, server.url);
  });
  after(async () => {
    await tab?.close();
    await server?.remove();
  });

  step("a wrong password is refused, the right one opens the page that was asked for", async () => {
    await tab.goto("/admin/messages");
    await tab.type({ css: "input", name: "Email" }, ADMIN.email);
    const password = { css: "input", name: "Password" };
    await tab.type(password, "wrong\n");
    await tab.sees({ css: "[role=alert]", text: "password" });
    await tab.picture("sign-in");
    await tab.run(() => document.querySelector("input[type=password]").select());
    await tab.type(password, `${ADMIN.password}\n`);
    await tab.sees({ css: "[data-message]", text: "Ada Lovelace" });
    await tab.picture("messages");
  });

  step("a message is opened and answered, and the reply goes out", async () => {
    await tab.click({ css: `[data-message="${id}"] a` });
    await tab.sees(said("fails every Monday"));
    await tab.type({ css: "textarea", name: "Reply to Ada Lovelace" }, ANSWER);
    await tab.picture("reply");
    await tab.click(button("Send reply"));
    await tab.sees(said(ANSWER));
    await tab.sees(said("Sent by email"), 30_000);
    await tab.sees(button("Status: Replied"));
    await tab.picture("replied");
    assert.deepEqual(await seenByClient(server, id), [ANSWER]);
  });

  step("what the client answers arrives without a reload", async () => {
    await tab.sees({ css: '[title="Live updates are on"]' });
    await replyAsClient(server, id, "Thank you. It is full indeed.");
    await tab.sees(said("It is full indeed."));
  });

  step("a reload needs no second sign-in, and a telephone shows all of it", async () => {
    await tab.resize(360, 740);
    await tab.reload();
    await tab.sees(said("It is full indeed."));
    await tab.assertNoSidewaysScrolling();
    await tab.picture("message-phone");
    await tab.goto("/admin/messages?view=all");
    await tab.sees({ css: "[data-message]", text: "Ada Lovelace" });
    await tab.assertNoSidewaysScrolling();
    await tab.picture("messages-phone");
  });

  step("no page complained", () => tab.assertQuiet());
});
