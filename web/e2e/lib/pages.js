/** Every page: for the checks of all pages, for Lighthouse and for the screenshots. */
import { readFileSync } from "node:fs";

const drawing = (name) => readFileSync(new URL(`../../site/src/${name}`, import.meta.url));

/** For visitors. `hidden`: search engines are told to leave it out. */
export const PUBLIC = [
  { name: "home", path: "/" },
  { name: "services", path: "/services" },
  { name: "service", path: "/services/software-development" },
  { name: "about", path: "/about" },
  { name: "own-page", path: "/p/how-we-work" },
  { name: "contact", path: "/contact" },
  { name: "contact-errors", path: "/contact", act: sendEmpty },
  { name: "privacy-policy", path: "/privacy-policy" },
  { name: "terms-of-service", path: "/terms-of-service" },
  { name: "cookie-policy", path: "/cookie-policy" },
  { name: "api", path: "/api/docs", act: openOperation, hidden: true },
  { name: "not-found", path: "/no-such-page", status: 404 },
  // Nobody takes chats, so it is a form.
  { name: "chat-away", path: "/", act: openChat },
];

/** A page of the firm's own, with all that Markdown can do, and an About page with a person on it, both with pictures. */
export async function write(server) {
  const picture = await server.api("/api/admin/pages/pictures", "POST", drawing("og.png"));
  await server.api("/api/auth/me/avatar", "PUT", drawing("apple-touch-icon.png"));
  const body = `We listen first. **Then** we *write* it down.

![A stack of four plates](/pictures/${picture.name})

# Three steps

1. You write
2. We reply
   - the same day
   - in your language

> They said no when it was no.

## What it costs

| Step | Price |
|------|-------|
| First call | free |
| Plan | 400 € |

[Ask us](/contact), or read \`the terms\` first.

\`\`\`
A line that is longer than the screen of a small phone, so that it has to wrap somewhere.
\`\`\`
`;
  await server.api("/api/admin/pages", "POST", { title: "How we work", body, isPublished: true });
  await server.api("/api/admin/pages", "POST", { title: "Imprint", body: "Soon.", place: "footer" });
  const about = "We are a small firm.\n\n# How it began\n\nWith one client and a spreadsheet.";
  await server.api("/api/admin/settings", "PATCH", { "site.aboutShown": true, "site.aboutText": about });
  const own = { isShown: true, jobTitle: "Founder", text: "Answers most of your messages." };
  await server.api("/api/auth/me/website", "PUT", own);
}

/** Fills the home page with all its blocks. */
export async function showAll(server) {
  const { keys } = await server.api("/api/admin/settings/schema");
  const examples = keys.filter(({ example }) => example !== null).map(({ key, example }) => [key, example]);
  await server.api("/api/admin/settings", "PATCH", Object.fromEntries(examples));
}

/** More pages than fit beside the firm's name. */
export const MANY = [
  { name: "home-many-pages", path: "/p/prices", act: openMenu },
  { name: "not-found-many-pages", path: "/no-such-page", status: 404 },
];

/** Writes them, short ones and a long one. */
export async function writeMany(server) {
  for (const title of [
    ...["How we work", "Prices", "References", "Careers", "News and events", "Partners"],
    "What we learned from ten years of looking after other people’s gardens",
  ])
    await server.api("/api/admin/pages", "POST", { title, body: "Soon.", isPublished: true });
}

/** An installation to which nobody has written yet. */
export const NOTHING_YET = [
  { name: "admin-overview-empty", path: "/admin/", ready: ".columns" },
  { name: "admin-messages-empty", path: "/admin/messages", ready: "text=No messages yet" },
  { name: "admin-pages-empty", path: "/admin/settings/pages", ready: "text=No pages yet" },
];

/** Leaves a message behind. */
export const SENT = [{ name: "contact-sent", path: "/contact", act: sendOne }];

/** Pages of one message: opened by its link, and by typing the code. */
export async function ofMessage(server) {
  const [{ id }] = await server.api("/api/admin/messages?status=replied&limit=1");
  const { threadUrl } = await server.api(`/api/admin/messages/${id}`);
  return [
    { name: "message", path: threadUrl.slice(server.url.length), ready: ".talk", hidden: true },
    { name: "message-code", path: `/message/${id}`, ready: "#code-form", hidden: true },
    { name: "message-wrong-code", path: `/message/${id}`, act: sendWrongCode, complains: /status of 401/ },
  ];
}

export const SIGNED_OUT = [
  { name: "admin-login", path: "/admin/login", ready: "form" },
  { name: "admin-login-code", path: "/admin/login", ready: "form", act: askForCode, causes: /auth\/login/ },
  { name: "admin-forgot", path: "/admin/forgot", ready: "form" },
  { name: "admin-forgot-sent", path: "/admin/forgot", ready: "form", act: askForLink },
  {
    name: "admin-reset-expired",
    path: "/admin/reset#token",
    ready: "text=This link was already used or has expired",
    causes: /auth\/reset/,
  },
  {
    name: "admin-invite-over",
    path: "/admin/invite#token",
    ready: "text=This invitation no longer works",
    causes: /auth\/invitation/,
  },
];

export const SIGNED_IN = [
  { name: "admin-overview", path: "/admin/", ready: ".columns" },
  { name: "admin-messages", path: "/admin/messages", ready: "[data-message]" },
  { name: "admin-message", path: "/admin/messages?view=all&status=replied", ready: "[data-message]", act: openFirst },
  { name: "admin-filter", path: "/admin/messages?view=all", ready: "[data-message]", act: openFilter },
  { name: "admin-nothing-found", path: "/admin/messages?view=all&q=zzzzqq", ready: "text=No matching messages" },
  { name: "admin-selection", path: "/admin/messages", ready: "[data-message]", act: selectThree },
  { name: "admin-chats", path: "/admin/chats", ready: "text=Nobody is waiting" },
  { name: "admin-chats-all", path: "/admin/chats?view=all", ready: "[data-chat]" },
  { name: "admin-chat", path: "/admin/chats?view=closed", ready: "[data-chat]", act: openFirstChat },
  { name: "admin-chats-nothing", path: "/admin/chats?view=all&q=zzzzqq", ready: "text=No matching chats" },
  { name: "admin-palette", path: "/admin/", ready: ".columns", act: (page) => page.keyboard.press("Control+k") },
  { name: "admin-help", path: "/admin/", ready: ".columns", act: openHelp },
  { name: "admin-canned", path: "/admin/messages/canned", ready: "main h1" },
  { name: "admin-rules", path: "/admin/messages/rules", ready: "main .panel" },
  { name: "admin-rule-new", path: "/admin/messages/rules#new", ready: "#rule-form" },
  { name: "admin-staff", path: "/admin/staff", ready: "main li a" },
  { name: "admin-staff-invite", path: "/admin/staff", ready: "main li a", act: openInvite },
  { name: "admin-staff-import", path: "/admin/staff", ready: "main li a", act: openImport },
  { name: "admin-staff-none", path: "/admin/staff?q=zzzzqq", ready: "text=No matching people" },
  { name: "admin-person", path: "/admin/staff", ready: "main li a", act: openPerson },
  { name: "admin-person-access", path: "/admin/staff", ready: "main li a", act: openAccess },
  { name: "admin-audit", path: "/admin/audit", ready: "details[data-action]", act: openEntry },
  { name: "admin-notifications", path: "/admin/", ready: ".columns", act: openNotices },
  { name: "admin-tokens", path: "/admin/tokens", ready: "main h1" },
  { name: "admin-token-new", path: "/admin/tokens", ready: "main h1", act: openNewToken },
  ...["firm", "services", "site", "hours", "chat", "mail", "notifications", "security", "privacy"].map((group) => ({
    name: `admin-settings-${group}`,
    path: `/admin/settings/${group}`,
    ready: "main form .panel",
  })),
  { name: "admin-pages", path: "/admin/settings/pages", ready: "[data-page]" },
  { name: "admin-page-new", path: "/admin/settings/pages/new", ready: "#page-form" },
  { name: "admin-page", path: "/admin/settings/pages", ready: "[data-page]", act: openPage },
  { name: "admin-page-preview", path: "/admin/settings/pages", ready: "[data-page]", act: previewPage },
  { name: "admin-page-picture", path: "/admin/settings/pages/new", ready: "#page-form", act: addPicture },
  { name: "admin-settings-changed", path: "/admin/settings/hours", ready: "main form .panel", act: changeHours },
  { name: "admin-profile", path: "/admin/profile", ready: "main form" },
  { name: "admin-not-found", path: "/admin/no-such-page", ready: "h1" },
];

async function openMenu(page) {
  await page.locator("[data-menu] > summary").filter({ visible: true }).click();
  await page.getByRole("link", { name: "Partners" }).filter({ visible: true }).waitFor();
}

async function openChat(page) {
  await page.locator(".chat-open").click();
  await page.locator(".chat-panel").getByLabel("Your message").waitFor();
  // The next pages are looked at without it.
  await page.evaluate(() => sessionStorage.clear());
}

async function sendWrongCode(page) {
  await page.locator("#code-form input:not([type=hidden])").first().fill("not-the-code-of-the-mail");
  await page.locator("#code-form button").click();
  await page.getByRole("alert").first().waitFor();
}

async function askForLink(page) {
  await page.getByLabel("Email").fill("nobody@example.com");
  await page.getByRole("button", { name: /link/i }).click();
  await page.locator("form").waitFor({ state: "detached" });
}

async function sendEmpty(page) {
  await page.getByRole("button", { name: "Send message" }).click();
  await page.getByRole("alert").waitFor();
}

async function openOperation(page) {
  const operation = page.locator("details.operation").first();
  await operation.locator("summary").click();
  await operation.locator("table").first().waitFor();
  await page.evaluate(() => scrollTo(0, 0));
}

async function sendOne(page) {
  await page.getByLabel("Your name").fill("Ada Lovelace");
  await page.getByLabel("Email").fill("ada@client.example");
  await page.locator("#message").fill("Our file server fails every Monday. Can you look at it?");
  await page.getByRole("button", { name: "Send message" }).click();
  await page.getByRole("heading", { name: "We have your message" }).waitFor();
}

/** The server's response to the correct password of an account with a second factor. */
async function askForCode(page) {
  const body = JSON.stringify({ success: false, status: 401, code: "second_factor_required" });
  await page.route(
    "**/api/admin/auth/login",
    (route) => route.fulfill({ status: 401, contentType: "application/problem+json", body }),
    { times: 1 },
  );
  await page.getByLabel("Email").fill("anna@firm.example");
  await page.getByLabel("Password", { exact: true }).fill("seven-quiet-lakes");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "One more step" }).waitFor();
}

async function openFirst(page) {
  await page.locator("[data-message] a").first().click();
  await page.getByRole("log", { name: "Conversation" }).waitFor();
}

async function openFilter(page) {
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("dialog").waitFor();
}

async function openInvite(page) {
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByRole("dialog").waitFor();
}

async function openImport(page) {
  await page.getByRole("button", { name: "Import" }).click();
  const buffer = Buffer.from("name,email,role\nEva Novak,eva@firm.example,manager\nFinn,finn.firm.example,staff\n");
  await page.getByLabel("CSV file").setInputFiles({ name: "people.csv", mimeType: "text/csv", buffer });
  await page.getByRole("dialog").locator("table").waitFor();
}

async function openPerson(page) {
  await page.locator("main li a").first().click();
  await page.getByRole("tabpanel").locator("form").waitFor();
}

async function openAccess(page) {
  await openPerson(page);
  await page.getByRole("tab", { name: "Sign-in and devices" }).click();
  await page.locator("#panel-access :is(li, p.muted)").last().waitFor();
}

async function openPage(page) {
  await page.locator("[data-page] .what a").first().click();
  await page.locator("#page-form").waitFor();
  await page.getByText("How to format text").click();
}

async function previewPage(page) {
  await page.locator("[data-page] .what a").first().click();
  await page.getByRole("button", { name: "Preview" }).click();
  await page.frameLocator("iframe").locator("h1").waitFor();
}

async function addPicture(page) {
  await page.getByRole("button", { name: "Add a picture" }).click();
  await page.getByRole("dialog", { name: "Add a picture" }).waitFor();
}

async function openEntry(page) {
  await page.locator("details[data-action] summary").first().click();
}

async function openNotices(page) {
  await page.keyboard.press("g");
  await page.keyboard.press("n");
  await page.getByRole("dialog", { name: "Notifications" }).waitFor();
}

async function openNewToken(page) {
  await page.getByRole("button", { name: "New token" }).first().click();
  await page.getByRole("dialog", { name: "New token" }).waitFor();
}

async function openHelp(page) {
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
}

async function changeHours(page) {
  await page.getByRole("button", { name: "Add a holiday" }).click();
  await page.getByRole("button", { name: "Save changes" }).waitFor();
}

async function openFirstChat(page) {
  await page.locator("[data-chat] a").first().click();
  await page.getByRole("log").locator("[data-seq]").first().waitFor();
}

async function selectThree(page) {
  for (const row of (await page.locator("[data-message]").all()).slice(0, 3)) await row.locator("input").click();
  await page.getByRole("toolbar").waitFor();
}

/** Opens the page and waits until it is complete. */
export async function visit(page, { path, ready, act }) {
  if (page.url().split("#")[0].endsWith(path.split("#")[0])) await page.goto("about:blank");
  const answer = await page.goto(path);
  if (ready) await page.locator(ready).first().waitFor();
  await page.waitForFunction(() => !document.querySelector(".skeleton"));
  await act?.(page);
  await page.evaluate(() => document.fonts.ready.then(() => true));
  return answer;
}
