// The search is the firm's memory: other views, the line that holds the words, and all that match.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, live, person, signIn } from "../lib/browser.js";
import { writeAsClient } from "../lib/client.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
const MANY = 120;
let server, browser, desk, page;

before(async () => {
  const env = { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" };
  server = await Server.make({ env });
  const send = (number) =>
    writeAsClient(server, {
      name: number ? `Client ${number}` : "Grace Hopper",
      email: `client${number}@client.example`,
      message: `Question ${number}.`,
    });
  for (let number = 1; number <= MANY; number++) await send(number);
  const grace = await send(0);
  await server.api(`/api/admin/messages/${grace}/notes`, "POST", { content: "The compiler stands in the cellar." });
  const reply = { content: "We reply on Thursday.", sendEmail: false };
  await server.api(`/api/admin/messages/${grace}/replies`, "POST", reply);
  browser = await launch();
  desk = await person(browser, server);
  page = desk.page;
  await signIn(page);
  await page.goto("/admin/messages");
  await live(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

const search = () => page.getByRole("searchbox", { name: "Search messages" });
const rows = () => page.locator("[data-message]");

step("a name that is not in Open says where it is", async () => {
  await search().fill("hopper");
  await page.getByText("No matching messages").waitFor();
  await page.getByText("1 more in other views: Replied").waitFor();
  await axe(page);
  await page.getByRole("button", { name: "Search all messages" }).click();
  await rows().getByText("Grace Hopper").waitFor();
  assert.equal(await page.getByText("more in other views").count(), 0);
});

step("the row shows the line that holds the words", async () => {
  await rows().getByText("We reply on Thursday.").waitFor();
  await search().fill("compiler");
  await rows().getByText("The compiler stands in the cellar.").waitFor();
  await search().fill("");
  await until("the list is whole", async () => (await rows().count()) > 1);
  assert.equal(await page.getByText("The compiler stands in the cellar.").count(), 0);
});

step("all that match are selected, changed, and changed back", async () => {
  await page.goto("/admin/messages");
  await live(page);
  await page.getByLabel("Select all loaded messages").check();
  await page.getByText(`50 of ${MANY} selected`).waitFor();
  await page.getByRole("button", { name: `Select all ${MANY}` }).click();
  await page.getByText(`${MANY} selected`, { exact: true }).waitFor();
  await axe(page);
  await page.getByRole("toolbar").getByRole("button", { name: "Archive" }).click();
  await page.getByText(`${MANY} messages moved to Archived`).waitFor();
  assert.equal((await server.api("/api/admin/messages/counts")).archived, MANY);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByText("Undone").waitFor();
  assert.equal((await server.api("/api/admin/messages/counts")).archived, 0);
  await until("the list is back", async () => (await rows().count()) === 50);
});

step("no browser complained", () => desk.watch.assertQuiet());
