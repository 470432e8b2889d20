// From an empty installation to one that is set up: the first steps, the tour by keyboard, sample data and its removal.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { fillContact, launch, person, signIn } from "../lib/browser.js";
import { writeAsClient } from "../lib/client.js";
import { Mail } from "../lib/mail.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
let server, mail, browser, desk;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url } });
  browser = await launch();
  desk = await person(browser, server);
  await signIn(desk.page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

const list = () => desk.page.getByRole("region", { name: "First steps" });
const overview = () => desk.page.goto("/admin/");

step("an empty firm begins with a list and nothing done", async () => {
  await list().getByText("0 of 6 done").waitFor();
  assert.deepEqual(await axe(desk.page), []);
});

step("the tour goes by keyboard, is left and gone on with", async () => {
  const { page } = desk;
  const start = list().getByRole("button", { name: "Take the tour" });
  await start.focus();
  await page.keyboard.press("Enter");
  const card = page.getByRole("dialog", { name: "The dashboard" });
  await card.waitFor();
  await until("the card has the focus", () => card.evaluate((it) => it === document.activeElement));
  await page.keyboard.press("ArrowRight");
  await page.getByRole("dialog", { name: "Messages" }).waitFor();
  assert.deepEqual(await axe(page), []);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("dialog", { name: "Search and commands" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("You can continue the tour").waitFor();
  await until("the focus is back", () =>
    start.or(list().getByRole("button", { name: "Continue the tour" })).evaluate((it) => it === document.activeElement),
  );
  // The place in the tour is kept by the server, which has to have heard of it.
  await list().getByRole("button", { name: "Continue the tour" }).waitFor();
  await page.reload();
  await list().getByRole("button", { name: "Continue the tour" }).click();
  await page.getByRole("dialog", { name: "Search and commands" }).waitFor();
  for (const name of ["Chats", "Canned replies", "Settings", "You"]) {
    await page.getByRole("button", { name: "Next", exact: true }).click();
    await page.getByRole("dialog", { name, exact: true }).waitFor();
  }
  await page.getByRole("button", { name: "Finish" }).click();
  await list().getByRole("button", { name: "Take the tour" }).waitFor();
});

step("samples fill the pages and go again", async () => {
  const { page } = desk;
  await list().getByRole("button", { name: "Add sample data" }).click();
  await page.getByText("60 messages, 20 chats and 4 people").waitFor();
  await page.locator(".columns").getByRole("heading", { name: "Latest messages" }).waitFor();
  await list().getByRole("button", { name: "Remove sample data" }).click();
  const dialog = page.getByRole("dialog", { name: "Remove all sample data?" });
  await dialog.getByRole("button", { name: "Remove sample data" }).click();
  await page.getByText("Sample data removed, including 60 messages and 20 chats").waitFor();
  await page.getByText("No messages yet").waitFor();
  await list().getByText("0 of 6 done").waitFor();
});

step("services are chosen: the examples are marked until they are changed, removed or kept", async () => {
  const { page } = desk;
  await list().getByRole("link", { name: "Choose what you offer" }).click();
  const examples = page.locator("li").getByText("Example", { exact: true });
  await page.getByText("4 of these are examples").waitFor();
  assert.equal(await examples.count(), 4);
  assert.deepEqual(await axe(page), []);
  await page.getByRole("button", { name: /^Software development/ }).click();
  await page.getByLabel("Summary").fill("We write what your work needs.");
  await page.getByText("3 of these are examples").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved.", { exact: true }).first().waitFor();
  await overview();
  await list().getByText("0 of 6 done").waitFor();
  await list().getByRole("link", { name: "Choose what you offer" }).click();
  await page.getByRole("button", { name: "Looks right", exact: true }).click();
  await page.getByText("Marked as right").waitFor();
  assert.equal(await examples.count(), 0);
  await overview();
});

step("a firm can list no services, and start from the examples again", async () => {
  const { page } = desk;
  const { "services.list": kept } = await server.api("/api/admin/settings");
  await page.goto("/admin/settings/services");
  const remove = page.getByRole("button", { name: /^Remove / });
  await remove.first().waitFor();
  for (let left = await remove.count(); left > 0; left--) {
    await remove.first().click();
    await until("it is gone", async () => (await remove.count()) === left - 1);
  }
  await page.getByText("No services yet").waitFor();
  await until("the focus is on what to do next", () =>
    page.evaluate(() => document.activeElement?.textContent.includes("Add a service")),
  );
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved.", { exact: true }).first().waitFor();
  const guest = await person(browser, server);
  for (const [path, heading] of [
    ["/", "We build and look after the software your company runs on."],
    ["/contact", /.+/],
    ["/no-such-page", /.+/],
  ]) {
    if (path === "/no-such-page") guest.watch.expect(/status of 404/);
    await guest.page.goto(path);
    await guest.page.getByRole("heading", { level: 1, name: heading }).waitFor();
    assert.equal(await guest.page.locator("a[href^='/services']").count(), 0, path);
    assert.deepEqual(await axe(guest.page), [], path);
  }
  // The form works without the field, with its script and all.
  await fillContact(guest.page, { name: "Ida", email: "ida@client.example", message: "Do you cut hedges in winter?" });
  await guest.page.getByRole("button", { name: "Send message" }).click();
  await guest.page.getByRole("heading", { name: "We have your message" }).waitFor();
  assert.equal(await guest.page.getByRole("link", { name: "Read about our services" }).count(), 0);
  guest.watch.assertQuiet();
  await guest.context.close();
  await page.getByRole("button", { name: "Start from an example" }).click();
  await page.getByRole("button", { name: /^Software development/ }).waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
  await page.getByText("No services yet").waitFor();
  await server.api("/api/admin/settings", "PATCH", { "services.list": kept });
  await overview();
});

step("a mail that arrived, own details and hours tick their steps", async () => {
  const { page } = desk;
  await list().getByText("1 of 6 done").waitFor();
  await list().getByRole("link", { name: "Send a test email" }).click();
  await page.getByRole("button", { name: "Send it to me" }).click();
  await mail.arrives(ADMIN.email, "Your message to");
  await page.getByText(`on its way to ${ADMIN.email}`).waitFor();
  await overview();
  await list().getByText("2 of 6 done").waitFor();
  await list().getByRole("link", { name: "Set your hours" }).click();
  await page.getByLabel("Friday closes").fill("14:00");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved.", { exact: true }).first().waitFor();
});

step("the chat greets in the firm's own words", async () => {
  const { page } = desk;
  await overview();
  await list().getByRole("link", { name: "Greet your visitors" }).click();
  await page.getByLabel("Greeting", { exact: true }).fill("Good day! What can we do for your garden?");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved.", { exact: true }).first().waitFor();
  const { greeting } = await server.api("/api/chat/config");
  assert.equal(greeting, "Good day! What can we do for your garden?");
});

step("the firm's own details are typed on their page, and the first colleague is invited", async () => {
  const { page } = desk;
  await overview();
  await list().getByText("4 of 6 done").waitFor();
  await list().getByRole("link", { name: "Say who you are" }).click();
  for (const [key, value] of Object.entries({
    name: "Virtanen & Co",
    legalName: "Virtanen Oy",
    tagline: "We cut hedges.",
    description: "Hedges, lawns and ponds.",
    email: "post@virtanen.example",
    phone: "",
    street: "",
    postalCode: "",
    city: "Turku",
    region: "",
    country: "Finland",
  }))
    await page.locator(`[data-key="firm.${key}"]`).locator("input, textarea").fill(value);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  await overview();
  await list().getByText("5 of 6 done").waitFor();
  await list().getByRole("link", { name: "Invite a colleague" }).click();
  await page.getByText("It’s only you so far").waitFor();
  await page.getByRole("button", { name: "Invite", exact: true }).first().click();
  const dialog = page.getByRole("dialog", { name: "Invite a person" });
  await dialog.getByLabel("Name").fill("Ben Okafor");
  await dialog.getByLabel("Email").fill("ben@firm.example");
  await dialog.getByRole("button", { name: "Send invitation" }).click();
  await page.getByRole("heading", { name: "Ben Okafor" }).waitFor();
  await overview();
  await list().getByText("6 of 6 done").waitFor();
  await list().getByText("Everything is set up").waitFor();
});

step("beside a client's message, samples ask first and say what they are", async () => {
  const { page } = desk;
  await writeAsClient(server, {
    name: "Laura Koski",
    email: "laura@client.example",
    message: "Our hedge is too high.",
  });
  await overview();
  await list().getByRole("button", { name: "Add sample data" }).click();
  const dialog = page.getByRole("dialog", { name: "Add sample data beside real messages?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await list().getByRole("button", { name: "Add sample data" }).click();
  await dialog.getByRole("button", { name: "Add sample data" }).click();
  await page.getByText("60 messages, 20 chats and 4 people").waitFor();
  await page.goto("/admin/messages?view=all");
  const rows = page.locator("[role=option], li", { hasText: "sample" });
  await rows.first().waitFor();
  assert.equal(await page.locator("li", { hasText: "Laura Koski" }).getByText("sample", { exact: true }).count(), 0);
  await overview();
  await list().getByRole("button", { name: "Remove sample data" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove sample data" }).click();
  await page.getByText("Sample data removed, including 60 messages and 20 chats").waitFor();
  await page.goto("/admin/messages?view=all");
  await page.getByText("Laura Koski").first().waitFor();
  assert.equal(await page.getByText("sample", { exact: true }).count(), 0);
  await overview();
});

step("the list is put away for good, and only by who did it", async () => {
  const { page } = desk;
  await list().getByRole("button", { name: "Hide this list" }).click();
  await list().waitFor({ state: "detached" });
  await page.reload();
  await page.locator(".columns").waitFor();
  assert.equal(await list().count(), 0);
  desk.watch.assertQuiet();
});
