// The public site with JavaScript off: the form, its errors, the thank-you page and the conversation with a code pasted
// by hand.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fillContact, launch, person, signIn } from "../lib/browser.js";
import { linkIn, Mail } from "../lib/mail.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";

const CLIENT = "grace@client.example";
const step = story();
let server, mail, browser, staff, client, page;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url } });
  browser = await launch();
  staff = await person(browser, server);
  client = await person(browser, server, { javaScriptEnabled: false });
  page = client.page;
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

step("errors are said beside the field and what was typed is kept", async () => {
  client.watch.expect(/status of 422/);
  await fillContact(page, {
    name: "Grace Hopper",
    email: "grace(at)client",
    message: "A compiler, please, by spring.",
  });
  await page.getByRole("button", { name: "Send message" }).click();
  const summary = page.getByRole("alert");
  await summary.getByRole("link", { name: /email/i }).waitFor();
  assert.equal(await page.getByLabel("Your name").inputValue(), "Grace Hopper");
  assert.equal(await page.locator("#message").inputValue(), "A compiler, please, by spring.");
  assert.equal(await page.locator("#email").getAttribute("aria-invalid"), "true");
});

step("a text that is too long is kept whole, and it is said how long it may be", async () => {
  const text = "long ".repeat(1_040);
  await page.getByLabel("Email").fill(CLIENT);
  await page.locator("#message").fill(text);
  await page.getByRole("button", { name: "Send message" }).click();
  await page
    .getByRole("alert")
    .getByText(/at most 5000 characters; it has 5199/)
    .waitFor();
  assert.equal((await page.locator("#message").inputValue()).trim(), text.trim());
  await page.locator("#message").fill("A compiler, please, by spring.");
});

step("the corrected form is taken and thanked for; a reload does not send it again", async () => {
  await page.getByLabel("Email").fill(CLIENT);
  await page.getByRole("button", { name: "Send message" }).click();
  await page.getByRole("heading", { name: "We have your message" }).waitFor();
  await page.getByText("No reply?").waitFor();
  await page.reload();
  await mail.arrives(CLIENT, "Your message to");
});

step("staff answers", async () => {
  await signIn(staff.page);
  await staff.page.goto("/admin/messages");
  const rows = staff.page.getByRole("link", { name: /Grace Hopper/ });
  await rows.first().waitFor();
  assert.equal(await rows.count(), 1);
  await rows.click();
  await staff.page.getByLabel("Reply to Grace Hopper").fill("We would love to.");
  await staff.page.keyboard.press("Control+Enter");
  await mail.arrives(CLIENT, "Re: Your message to");
});

step("the client pastes the code of the mail; a wrong one is refused kindly", async () => {
  client.watch.expect(/status of 40[13]|status of 422/);
  const answer = await mail.arrives(CLIENT, "Re: Your message to");
  const [address, code] = linkIn(answer, `${server.url}/message/`).split("#");
  const printed = answer.text.split("Code, if a page asks for it:")[1].trim().split(/\s/)[0];
  assert.equal(printed, code, "the code in the mail is the one in its link");

  await page.goto(address);
  await page.getByLabel("Code from the email").fill("not-the-code");
  await page.getByRole("button", { name: "Open conversation" }).click();
  await page.getByRole("alert").waitFor();

  await page.getByLabel("Code from the email").fill(`  ${code} `);
  await page.getByRole("button", { name: "Open conversation" }).click();
  await page.getByText("We would love to.").waitFor();
});

step("the client replies, and staff sees it", async () => {
  await page.getByLabel("Your reply").fill("Splendid.");
  await page.getByRole("button", { name: "Send reply" }).click();
  await page.locator(".talk").getByText("Splendid.").waitFor();
  await page.getByRole("status").first().waitFor();
  await staff.page.getByRole("log", { name: "Conversation" }).getByText("Splendid.").waitFor();
});

step("no browser complained", () => {
  client.watch.assertQuiet();
  staff.watch.assertQuiet();
});
