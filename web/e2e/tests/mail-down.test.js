// The mail server is down while people write: nothing is rejected, lost or sent twice.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fillContact, launch, live, person, signIn } from "../lib/browser.js";
import { Mail } from "../lib/mail.js";
import { FIRM_EMAIL, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const CLIENT = "edsger@client.example";
const step = story();
let server, mail, browser;

before(async () => {
  mail = await Mail.reserve();
  server = await Server.make({ env: { SMTP_URL: mail.url } });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

step("the form is taken while no mail can leave", async () => {
  const { page, watch } = await person(browser, server);
  await fillContact(page, {
    name: "Edsger Dijkstra",
    email: CLIENT,
    message: "Consider our network harmful. Can you help?",
  });
  const [answer] = await Promise.all([
    page.waitForResponse((response) => response.url().endsWith("/api/contact")),
    page.getByRole("button", { name: "Send message" }).click(),
  ]);
  assert.equal(answer.status(), 201);
  await page.getByRole("heading", { name: "We have your message" }).waitFor();
  watch.assertQuiet();
});

step("the server says that mails are waiting", async () => {
  await until("the failed attempt is in the log", () => /mail|smtp/i.test(server.output.replace(/^Email: .*$/m, "")));
});

step(
  "even a restart in between loses nothing; the mails leave when the mail server is there",
  async () => {
    await server.stop();
    await server.start();
    await mail.start();
    await mail.arrives(CLIENT, "Your message to", 60_000);
    await mail.arrives(FIRM_EMAIL, "New message from Edsger Dijkstra", 60_000);
    assert.equal(mail.to(CLIENT).length, 1);
    assert.equal(mail.to(FIRM_EMAIL).length, 1);
  },
  { timeout: 240_000 },
);

step("a mail that is refused for good is shown to staff, with the reason, and goes out again when asked", async () => {
  const address = "moved@client.example";
  await mail.rule("refuse", address);
  const client = await person(browser, server);
  await fillContact(client.page, {
    name: "Barbara Liskov",
    email: address,
    message: "May we replace our old system by yours?",
  });
  await client.page.getByRole("button", { name: "Send message" }).click();
  await client.page.getByRole("heading", { name: "We have your message" }).waitFor();

  const { page, watch } = await person(browser, server);
  await signIn(page);
  await live(page);
  await page.getByRole("heading", { name: "1 email could not be delivered" }).waitFor({ timeout: 20_000 });
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const panel = page.locator("section", { hasText: "could not be delivered" });
  await panel.getByText("No such mailbox here").waitFor();
  assert.equal(mail.to(address).length, 0);

  await mail.rule("accept", address);
  await panel.getByRole("button", { name: "Send again" }).click();
  await mail.arrives(address, "Your message to");
  await page.getByRole("heading", { name: "1 email could not be delivered" }).waitFor({ state: "detached" });
  watch.assertQuiet();
});
