// First start, sign-in and everything that ends a session.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { launch, live, person, signIn, signOut } from "../lib/browser.js";
import { linkIn, Mail } from "../lib/mail.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
const NEW_PASSWORD = "nine-loud-rivers";
let server, mail, browser, desk, laptop;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url }, staff: [] });
  browser = await launch();
  desk = await person(browser, server);
  laptop = await person(browser, server);
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

step("without staff, the dashboard tells where the set-up link is", async () => {
  await desk.page.goto("/admin/setup");
  await desk.page.getByRole("heading", { name: "You need the setup link" }).waitFor();
  await desk.page.goto("/admin/");
  await desk.page.getByText("Nobody has an account here yet").waitFor();
  assert.ok(desk.page.url().includes("/admin/login"));
});

step("a wrong set-up link is told before anything is typed", async () => {
  desk.watch.expect(/setup/);
  await desk.page.goto("about:blank");
  await desk.page.goto("/admin/setup#not-the-token");
  await desk.page.getByRole("heading", { name: "This setup link no longer works" }).waitFor();
});

step("the link that the first start printed makes the first admin and leads to the dashboard", async () => {
  assert.ok(server.setupLink, server.output);
  assert.ok(server.setupLink.startsWith(`${server.url}/admin/setup#`));
  await desk.page.goto("about:blank");
  await desk.page.goto(server.setupLink);
  await fillSetup(desk.page);
  // Fields that stand side by side are as high as each other, whatever is said below one of them.
  const [left, right] = await Promise.all(["Email for clients", "Phone"].map((name) => boxOf(desk.page, name)));
  assert.deepEqual([right.y, right.height], [left.y, left.height]);
  await desk.page.getByRole("button", { name: "Finish setup" }).click();
  await desk.page.getByRole("heading", { name: /, Anna$/ }).waitFor();
  await desk.page.getByText("No messages yet").waitFor();
});

step("the public site carries the firm's name, and the link works once", async () => {
  const { page } = laptop;
  await page.goto("/");
  assert.equal(await page.title(), "Virtanen & Co");
  assert.deepEqual(await page.locator(".nav-wide a").allInnerTexts(), ["Contact"], "it lists no services of others");
  await page.goto(server.setupLink);
  await page.getByRole("heading", { name: "This front desk is set up" }).waitFor();
});

step("a wrong password is said plainly, the right one opens", async () => {
  const { page, watch } = laptop;
  watch.expect(/auth\/login/);
  await page.goto("/admin/login");
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill("wrong-password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Email or password is wrong").waitFor();
  assert.equal(await page.getByLabel("Email").inputValue(), ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
});

step("both devices are listed; one is signed out from the other", async () => {
  const { page } = desk;
  await page.goto("/admin/profile");
  const devices = page.locator("main");
  await devices.getByText("This device", { exact: true }).waitFor();
  const others = devices.getByRole("button", { name: /^Sign out: / });
  assert.equal(await others.count(), 1);
  laptop.watch.expect(/auth\/refresh|401/);
  await others.click();
  await page.getByText("Device signed out").waitFor();
  await laptop.page.waitForURL(/\/admin\/login/);
});

step("many tabs that start at once share one session", async () => {
  const tabs = [await desk.context.newPage(), await desk.context.newPage(), await desk.context.newPage()];
  await Promise.all(tabs.map((tab) => tab.goto("/admin/messages")));
  await Promise.all(tabs.map((tab) => tab.getByRole("button", { name: /choose a view/ }).waitFor()));
  await Promise.all(tabs.map((tab) => tab.reload()));
  await Promise.all(tabs.map((tab) => tab.getByRole("button", { name: /choose a view/ }).waitFor()));
  await Promise.all(tabs.map((tab) => tab.close()));
});

step("signing out in one tab signs out the others", async () => {
  // The socket reports that the session has ended; the refresh confirms it. What the other tab was reading at that
  // moment is refused.
  desk.watch.expect(/auth\/refresh|401/);
  const other = await desk.context.newPage();
  await other.goto("/admin/messages");
  await other.getByRole("button", { name: /choose a view/ }).waitFor();
  await live(other);
  await signOut(desk.page);
  await other.waitForURL(/\/admin\/login/);
  await other.close();
});

step("a forgotten password is set anew by mail; the link works once and ends other sessions", async () => {
  await signIn(laptop.page, ADMIN);
  const { page, watch } = desk;
  await page.goto("/admin/login");
  assert.equal(await page.getByText("Nobody has an account").count(), 0);
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByRole("link", { name: "Forgot password?" }).click();
  await page.waitForURL((url) => url.pathname === "/admin/forgot" && url.search === "");
  assert.equal(await page.getByLabel("Email").inputValue(), ADMIN.email);
  await page.getByRole("button", { name: "Send link" }).click();
  await page.getByText(`If ${ADMIN.email} has an account here`).waitFor();
  const link = linkIn(await mail.arrives(ADMIN.email, "Choose a new password"), `${server.url}/admin/reset`);
  await page.goto(link);
  await page.getByLabel("New password").fill(NEW_PASSWORD);
  await page.getByRole("button", { name: "Set password" }).click();
  await page.getByText("Your new password is set").waitFor();
  assert.equal(await page.getByLabel("Email").inputValue(), ADMIN.email);
  await laptop.page.waitForURL(/\/admin\/login/);
  await mail.arrives(ADMIN.email, "password");

  watch.expect(/auth\/reset/);
  await page.goto("about:blank");
  await page.goto(link);
  await page.getByText("This link was already used or has expired.").waitFor();
  await signIn(page, { ...ADMIN, password: NEW_PASSWORD });
});

step("an unknown address gets the same answer and no mail", async () => {
  const { page } = laptop;
  await page.goto("/admin/forgot");
  await page.getByLabel("Email").fill("nobody@firm.example");
  await page.getByRole("button", { name: "Send link" }).click();
  await page.getByText("If nobody@firm.example has an account here").waitFor();
  assert.equal(mail.to("nobody@firm.example").length, 0);
});

step("the own password is changed in the profile", async () => {
  const { page, watch } = desk;
  watch.expect(/auth\/password/);
  await page.goto("/admin/profile");
  await page.getByLabel("Current password").fill("not-this-one");
  await page.getByLabel("New password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("This is not your current password").waitFor();
  await page.getByLabel("Current password").fill(NEW_PASSWORD);
  await page.getByLabel("New password").fill(ADMIN.password);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.getByText("Password changed").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Profile" }).waitFor();
});

step("a browser that closes without “keep me signed in” forgets; with it, it remembers", async () => {
  const cookie = async () => (await desk.context.cookies()).find((one) => one.name.endsWith("refresh"));
  assert.equal((await cookie()).expires, -1);
  assert.equal((await cookie()).httpOnly, true);
  await signOut(desk.page);
  await signIn(desk.page, ADMIN, { remember: true });
  await until("the cookie lasts for days", async () => (await cookie())?.expires > Date.now() / 1000 + 86_400);
});

step("guessing is stopped, and the page says for how long", async () => {
  const { page } = laptop;
  await page.goto("/admin/login");
  const button = page.getByRole("button", { name: "Sign in" });
  const password = page.getByLabel("Password", { exact: true });
  for (let guess = 1; guess <= 6; guess++) {
    await page.getByLabel("Email").fill("somebody@firm.example");
    await password.fill(`guess number ${guess}`);
    const [answer] = await Promise.all([page.waitForResponse(/auth\/login/), button.click()]);
    assert.equal(answer.status(), guess <= 5 ? 401 : 429);
    if (guess <= 5) await until("the page has taken it in", async () => (await password.inputValue()) === "");
  }
  await page.getByText("Too many attempts. Try again in").waitFor();
  assert.equal(await button.isDisabled(), true);
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  laptop.watch.assertQuiet();
});

async function fillSetup(page) {
  await page.getByLabel("Your name").fill(ADMIN.name);
  await page.getByLabel("Email", { exact: true }).fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByLabel("Firm name").fill("Virtanen & Co");
}

function boxOf(page, label) {
  return page.getByLabel(label).boundingBox();
}
