// Every group of settings: changed on its page, and used by the site, by emails and by the program.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { fillContact, launch, person, signIn } from "../lib/browser.js";
import { Mail } from "../lib/mail.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";

const step = story();
let server, mail, browser, desk, visitor;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url } });
  browser = await launch();
  desk = await person(browser, server, { permissions: ["clipboard-read", "clipboard-write"] });
  visitor = await person(browser, server);
  await signIn(desk.page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

async function open(group) {
  await desk.page.goto(`/admin/settings/${group}`);
  await desk.page.locator("main form").waitFor();
}

/** A text field by its full name. */
function field(name, within = desk.page) {
  return within.getByRole("textbox", { name: new RegExp(`^${name}( ?optional)?$`) });
}

async function save() {
  await desk.page.getByRole("button", { name: "Save changes" }).click();
  await desk.page.getByText("Saved.", { exact: true }).first().waitFor();
  await desk.page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
}

step("firm: the site follows at once, and what is wrong is said beside its field", async () => {
  const { page, watch } = desk;
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("heading", { name: "Firm", exact: true }).waitFor();
  await field("Name").fill("Virtanen & Co");
  await field("Email").fill("nobody");
  watch.expect(/api\/admin\/settings/);
  await page.getByRole("button", { name: "Save changes" }).click();
  const email = field("Email");
  await page.getByText("This does not look like an email address").waitFor();
  assert.equal(await email.getAttribute("aria-invalid"), "true");
  assert.equal(await field("Name").inputValue(), "Virtanen & Co");
  await email.fill("post@virtanen.example");
  await page.getByRole("button", { name: "Add a link" }).click();
  await field("Name").nth(1).fill("Mastodon");
  await field("Address").fill("https://social.example/@virtanen");
  await save();
  await visitor.page.goto("/");
  assert.match(await visitor.page.title(), /Virtanen & Co/);
  await visitor.page.getByRole("link", { name: "Mastodon" }).waitFor();
});

step("firm: a colour is shown before it is saved, and undo takes it back", async () => {
  const { page } = desk;
  const hue = () => page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--accent-hue"));
  await page.getByRole("slider", { name: "Accent colour" }).fill("30");
  assert.equal(await hue(), "30");
  await page.getByRole("button", { name: "Undo: Accent colour" }).click();
  assert.equal(await hue(), "172");
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
});

step("firm: a logo stands at the head of the site once it is saved", async () => {
  const { page } = desk;
  const file = page.getByLabel("File for logo");
  await file.setInputFiles({ name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg/>") });
  await page.getByText("This is not a PNG, JPEG or WebP picture.").waitFor();
  // A screenshot of the page serves as a picture.
  const drawn = await page.locator("nav").first().screenshot({ type: "png" });
  await file.setInputFiles({ name: "logo.png", mimeType: "image/png", buffer: drawn });
  await page.getByRole("img", { name: "Logo, as visitors will see it" }).waitFor();
  await visitor.page.goto("/");
  assert.equal(await visitor.page.locator(".brand img").count(), 0, "not saved, not shown");
  await save();
  await visitor.page.reload();
  const logo = visitor.page.getByRole("banner").getByRole("img", { name: /Virtanen & Co/ });
  await visitor.page.waitForFunction(() => document.querySelector(".brand img")?.naturalWidth > 0);
  assert.equal(await logo.count(), 1);
  await page.getByRole("button", { name: "Remove picture" }).click();
  await save();
});

step("services: one more, in front, with its page", async () => {
  const { page } = desk;
  await open("services");
  await page.getByRole("button", { name: "Add a service" }).click();
  await page.getByRole("button", { name: "Move New service up" }).click();
  const edit = page.locator("li", { hasText: "New service" });
  await field("Summary", edit).fill("We cut hedges.");
  await field("First call, minutes", edit).fill("45");
  await field("Address", edit).fill("gardens");
  await edit.getByRole("button", { name: "Add a step" }).click();
  await field("Step", edit).fill("We look at the hedge");
  await field("What happens", edit).fill("You walk us through it.");
  await edit.getByRole("button", { name: "Add a question" }).click();
  await field("Question", edit).fill("Do you cut in winter?");
  await field("Answer", edit).fill("Not when it freezes.");
  await field("Name", edit).fill("Gardens");
  await save();
  await visitor.page.goto("/services/gardens");
  await visitor.page.getByRole("heading", { name: "Gardens" }).waitFor();
  await visitor.page.getByText("We look at the hedge").waitFor();
  await visitor.page.getByText("Do you cut in winter?").waitFor();
  await visitor.page.getByText("First call: 45 minutes").waitFor();
  // The summary stands in for the introduction, and no heading stands over nothing.
  await visitor.page.locator(".lead", { hasText: "We cut hedges." }).waitFor();
  for (const empty of ["What you get", "What it costs to start", "A good fit if"])
    assert.equal(await visitor.page.getByRole("heading", { name: empty }).count(), 0, empty);
});

step("services: two with one address are refused beside the second", async () => {
  const { page } = desk;
  await open("services");
  await page.getByRole("button", { name: "Add a service" }).click();
  const edit = page.locator("li", { hasText: "New service" });
  await field("Address", edit).fill("gardens");
  await field("Summary", edit).fill("Again.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await edit.getByText("Another service already has this address.").waitFor();
  await page.getByRole("button", { name: "Discard" }).click();
});

step("hours: a holiday of today closes the firm on the site", async () => {
  const { page } = desk;
  await open("hours");
  await page.getByRole("combobox", { name: "Time zone" }).selectOption("Europe/Helsinki");
  await page.getByRole("button", { name: "Add a time on Sunday" }).click();
  await page.getByLabel("Sunday opens").fill("10:00");
  await page.getByLabel("Sunday closes").fill("12:00");
  await page.getByRole("button", { name: "Add a holiday" }).click();
  await field("Name").fill("Founding day");
  const helsinki = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Helsinki" });
  const day = (ahead) => helsinki.format(Date.now() + ahead * 86_400_000);
  await page.getByLabel("First day").fill(day(0));
  // The date may change while this runs.
  await page.getByLabel("Last day").fill(day(1));
  await save();
  await visitor.page.goto("/contact");
  await visitor.page.getByText("Closed now (Founding day)").first().waitFor();
  await visitor.page.getByText("Sunday", { exact: true }).first().waitFor();
});

step("mail: the preview follows what is typed, and an unknown variable is told", async () => {
  const { page } = desk;
  await open("mail");
  const preview = page.locator("[data-preview]");
  await field("Sender name").fill("Anna of Virtanen");
  await field("Text").first().fill("Hello, this is {{firm.name}}.");
  const words = preview.getByText("Hello, this is Virtanen & Co.");
  await words.waitFor();
  await preview.getByText("Anna of Virtanen <").waitFor();
  // Formatted, though the page allows no inline styles; and as text.
  assert.equal(await words.evaluate((it) => getComputedStyle(it.closest("table")).maxWidth), "580px");
  await page.getByLabel("Formatted, as most mail programs show it").uncheck();
  await preview.locator("p.body").getByText("Hello, this is Virtanen & Co.").waitFor();
  await page.getByLabel("Formatted, as most mail programs show it").check();
  await field("Text").first().fill("Hello {{client.name}}");
  await page.getByText("The preview returns").waitFor();
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("{{client.name}} is not known here").waitFor();
  await field("Text").first().fill("Hello, this is {{firm.name}}.");
  await save();
});

step("mail: a test mail arrives, and the page says so", async () => {
  const { page } = desk;
  await page.getByRole("button", { name: "Send it to me" }).click();
  await page.getByText(`on its way to ${ADMIN.email}`).waitFor();
  const sent = await mail.arrives(ADMIN.email, "Your message to");
  assert.match(sent.text, /Hello, this is Virtanen & Co\./);
  assert.match(sent.headers.from, /Anna of Virtanen/);
});

step("notifications: the mailboxes that are named get the notice", async () => {
  const { page } = desk;
  await open("notifications");
  await page.getByRole("button", { name: "Add a mailbox" }).click();
  await field("Mailbox 1").fill("desk@virtanen.example");
  await save();
  await fillContact(visitor.page, {
    name: "Ada",
    email: "ada@client.example",
    message: "Can you cut our hedge this month?",
  });
  await visitor.page.getByRole("button", { name: "Send message" }).click();
  await mail.arrives("desk@virtanen.example", "New message from Ada");
});

step("security: a limit that was lowered counts at once", async () => {
  const { page } = desk;
  await open("security");
  await field("Minimum password length").fill("7");
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("This must be a whole number from 8 to 64.").waitFor();
  await field("Minimum password length").fill("20");
  await save();
  const me = { currentPassword: ADMIN.password, newPassword: "zXk29dQp-seven" };
  const answer = await server.api("/api/auth/password", "POST", me).catch((error) => error);
  assert.match(String(answer?.message ?? JSON.stringify(answer)), /at least 20 characters|422/);
  await page.getByRole("button", { name: "Reset to default: Minimum password length" }).click();
  await save();
});

step("chat: another website is typed at once, gets its tag, and saving keeps the place", async () => {
  const { page } = desk;
  await open("chat");
  await page.getByRole("button", { name: "Add a website" }).click();
  await page.waitForFunction(() => document.activeElement?.matches("[data-key='chat.embedOrigins'] input"));
  await page.keyboard.type("https://shop.example");
  await page.getByRole("button", { name: "Copy the tag" }).click();
  assert.equal(
    await page.evaluate(() => navigator.clipboard.readText()),
    `<script src="${server.url}/embed/chat.js" async></script>`,
  );
  const top = () => page.locator("[data-key='chat.embedOrigins']").evaluate((it) => it.getBoundingClientRect().top);
  const before = await top();
  // Where it is: Playwright would scroll a button into view that people see.
  const button = await page.getByRole("button", { name: "Save changes" }).boundingBox();
  await page.mouse.click(button.x + button.width / 2, button.y + button.height / 2);
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  assert.ok(Math.abs((await top()) - before) < 2, "it has not moved");
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute("data-key")), "chat.embedOrigins");
  // The name of a field and what is said behind it are two words.
  await page
    .getByRole("textbox", { name: / optional$/ })
    .first()
    .waitFor();
});

step("privacy: the page says what would go, and the policy follows", async () => {
  const { page } = desk;
  await open("privacy");
  await field("Finished conversations").fill("60");
  await page.getByText("Nothing would be deleted now.").last().waitFor();
  await field("Consent in the contact form").fill("You may write to me about this.");
  await save();
  await visitor.page.goto("/contact");
  await visitor.page.getByLabel("You may write to me about this.").waitFor();
  await visitor.page.goto("/privacy-policy");
  await visitor.page.getByText("at most 60 days after the last message").waitFor();
});

step("what was changed, and by whom, stands below", async () => {
  const { page } = desk;
  await open("privacy");
  await page.getByRole("group").filter({ hasText: "History" }).locator("summary").click();
  const entry = page.locator("details li", { hasText: "changed settings" }).first();
  await entry.waitFor();
  assert.match(await entry.innerText(), /Anna/);
});

step("what is not saved is not lost by leaving", async () => {
  const { page } = desk;
  await open("firm");
  await field("City").fill("Turku");
  await page.getByRole("navigation", { name: "Settings groups" }).getByRole("link", { name: "Hours" }).click();
  await page.getByRole("heading", { name: "Hours", exact: true }).waitFor();
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Dashboard", exact: true }).click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).waitFor();
  await page.getByRole("button", { name: "Stay here" }).click();
  await page.getByRole("button", { name: "Save changes" }).waitFor();
  await page.getByRole("button", { name: "Discard", exact: true }).click();
});

step("two who change the same choose whose value counts; other changes meet without a question", async () => {
  const { page } = desk;
  await open("firm");
  await field("City").fill("Turku");
  await server.api("/api/admin/settings", "PATCH", { "firm.region": "Uusimaa" });
  await save();
  await field("City").fill("Oulu");
  await field("Street and number").fill("Satama 1");
  await server.api("/api/admin/settings", "PATCH", { "firm.city": "Vaasa" });
  await page.getByRole("button", { name: "Save changes" }).click();
  const merge = page.getByRole("dialog", { name: "Someone changed the same settings" });
  await merge.getByText("Vaasa").waitFor();
  await merge.getByLabel("Theirs").check();
  // Cancelling is not an answer: the dialog appears again, and nothing is chosen yet.
  await merge.getByRole("button", { name: "Cancel" }).click();
  await merge.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Save changes" }).click();
  await merge.getByText("Vaasa").waitFor();
  assert.ok(await merge.getByLabel("Yours").isChecked());
  assert.equal((await server.api("/api/admin/settings"))["firm.city"], "Vaasa");
  await merge.getByLabel("Theirs").check();
  await merge.getByRole("button", { name: "Save this" }).click();
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  const values = await server.api("/api/admin/settings");
  assert.deepEqual(
    [values["firm.city"], values["firm.street"], values["firm.region"]],
    ["Vaasa", "Satama 1", "Uusimaa"],
  );
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  visitor.watch.assertQuiet();
});
