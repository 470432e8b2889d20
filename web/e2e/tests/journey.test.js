// One enquiry from the form to the reply and back, in a real browser, with real email.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fillContact, launch, person, write } from "../lib/browser.js";
import { linkIn, Mail } from "../lib/mail.js";
import { ADMIN, FIRM_EMAIL, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const CLIENT = "ada@client.example";
const QUESTION = "Our file server fails every Monday.\nCan you look at it before the 12th? <b>Urgent</b> & important.";
const ANSWER = "Yes, we can.\n\nIt sounds like a full disk: “df -h” tells. 1 < 2 & 3 > 2.";
const MORE = "Thank you. The disk is full indeed.";

const step = story();
let server, mail, browser, staff, client;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url } });
  browser = await launch();
  [staff, client] = [await person(browser, server), await person(browser, server)];
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

step("a client asks on the contact page and is thanked", async () => {
  const { page } = client;
  await fillContact(page, { name: "Ada Lovelace", email: CLIENT, message: "x".repeat(5_200) });
  await page.getByText("200 characters too many").waitFor();
  await page.getByRole("button", { name: "Send message" }).click();
  await page.getByRole("link", { name: "This is too long by 200 characters" }).waitFor();
  assert.equal((await page.locator("#message").inputValue()).length, 5_200, "nothing is cut");
  await page.locator("#message").fill(QUESTION);
  assert.equal(await page.locator("#message").getAttribute("aria-invalid"), null);
  await page.getByRole("button", { name: "Send message" }).click();
  await page.getByRole("heading", { level: 1, name: "We have your message" }).waitFor();
  await page.getByText(`Thank you, Ada Lovelace. It is saved`).waitFor();
  await page.getByText(`We reply by email to ${CLIENT}.`).waitFor();
  await page.getByText("No reply?").waitFor();
});

step("the client gets a confirmation and staff a notice, with the right headers", async () => {
  const confirmation = await mail.arrives(CLIENT, "Your message to");
  assert.equal(confirmation.headers["auto-submitted"], "auto-generated");
  assert.ok(!confirmation.text.includes("file server"), "a confirmation never quotes what a stranger typed");
  assertWellFormed(confirmation);

  const notice = await mail.arrives(FIRM_EMAIL, "New message from Ada Lovelace");
  assert.equal(notice.headers["auto-submitted"], "auto-generated");
  assert.ok(notice.text.includes("fails every Monday"));
  assert.match(notice.html, /&lt;b&gt;Urgent&lt;(\/|&#x2f;)b&gt; &amp; important/, "typed text is text, not HTML");
});

step("staff finds it in the inbox and answers", async () => {
  const { page } = staff;
  const notice = await mail.arrives(FIRM_EMAIL, "New message");
  await page.goto(linkIn(notice, `${server.url}/admin/messages/`));
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  const conversation = page.getByRole("log", { name: "Conversation" });
  await conversation.getByText("fails every Monday").waitFor();
  assert.ok((await conversation.innerText()).includes("<b>Urgent</b> & important."), "shown as it was typed");

  await write(page, "r");
  await page.keyboard.insertText(ANSWER);
  await page.getByRole("button", { name: "Send reply" }).click();
  await conversation.getByText("It sounds like a full disk").waitFor();
  await page.getByRole("button", { name: "Status: Replied" }).waitFor();
});

step("the answer arrives: both parts, a thread for mail programs, not marked automatic", async () => {
  const confirmation = await mail.arrives(CLIENT, "Your message to");
  const answer = await mail.arrives(CLIENT, "Re: Your message to");
  assertWellFormed(answer);
  assert.equal(answer.headers["auto-submitted"], undefined);
  assert.equal(answer.headers["in-reply-to"], confirmation.headers["message-id"]);
  assert.ok(answer.headers.references.includes(confirmation.headers["message-id"]));
  assert.ok(answer.text.includes("1 < 2 & 3 > 2."));
  assert.ok(answer.text.includes("> Our file server fails every Monday."));
  assert.ok(answer.html.includes("1 &lt; 2 &amp; 3 &gt; 2."));
  assert.ok(answer.html.includes(ADMIN.name));
});

step("staff sees that the mail has gone out", async () => {
  await staff.page.getByText("Sent by email").waitFor();
});

step("the client opens the link of the mail and answers on the page", async () => {
  const { page } = client;
  const answer = await mail.arrives(CLIENT, "Re: Your message to");
  await page.goto(linkIn(answer, `${server.url}/message/`));
  await page.getByText("It sounds like a full disk").waitFor();
  assert.ok(!new URL(page.url()).hash, "the key does not stay in the address bar");
  await page.getByLabel("Your reply").fill("y".repeat(5_001));
  await page.getByRole("button", { name: "Send reply" }).click();
  await page.getByText("This is too long by 1 character.").waitFor();
  await page.getByLabel("Your reply").fill(MORE);
  await page.getByRole("button", { name: "Send reply" }).click();
  await page.locator(".talk").getByText(MORE).waitFor();
});

step("staff sees the client's answer without doing anything, and it is open again", async () => {
  await staff.page.getByRole("log", { name: "Conversation" }).getByText(MORE).waitFor();
  const notice = await until("the person who answered is told by mail", () =>
    mail.to(ADMIN.email).find((one) => one.text.includes("Thank you. The disk is full")),
  );
  assert.equal(notice.headers["auto-submitted"], "auto-generated");
});

step("no mail came twice and no browser complained", () => {
  const ids = mail.mails.map((one) => one.headers["message-id"] + one.to);
  assert.equal(new Set(ids).size, ids.length);
  client.watch.assertQuiet();
  staff.watch.assertQuiet();
});

step("a second visit of the dashboard needs no second sign-in", async () => {
  const { page, context } = staff;
  await page.close();
  const next = await context.newPage();
  await next.goto("/admin/messages?view=all");
  await next.getByRole("link", { name: /Ada Lovelace/ }).waitFor();
  staff.watch.assertQuiet();
});

function assertWellFormed({ headers, text, html, type, defects }) {
  assert.deepEqual(defects, []);
  assert.equal(type, "multipart/alternative");
  assert.ok(text?.trim() && html?.includes("<html"));
  assert.match(headers["message-id"], /^<[^<>@\s]+@[^<>@\s]+>$/);
  assert.ok(headers.from.includes("@") && headers.date && headers.subject);
  assert.ok(!/\{\{|\}\}|undefined|none\b/.test(text), "no hole of a template");
}
