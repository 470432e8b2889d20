// Second factors: authenticator app, recovery codes, passkeys, a role that requires one, and confirming one's identity.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { passkeyDevice, totp } from "../lib/authenticators.js";
import { axe } from "../lib/axe.js";
import { launch, person, signIn, signOut } from "../lib/browser.js";
import { Mail } from "../lib/mail.js";
import { ADMIN, Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const MANAGER = { email: "mika@firm.example", name: "Mika Laine", role: "manager", password: "four-green-boats" };
const step = story();
let server, mail, browser, desk, other, key;
let secret, codes;

before(async () => {
  mail = await Mail.make();
  server = await Server.make({ env: { SMTP_URL: mail.url }, staff: [ADMIN, MANAGER] });
  browser = await launch();
  [desk, other] = [await person(browser, server), await person(browser, server)];
  // Before any of her sign-ins requires a code.
  await server.api("/api/auth/me");
});
after(async () => {
  await browser?.close();
  await server?.remove();
  await mail?.stop();
});

step("an authenticator app is set up in the profile; its recovery codes are shown once", async () => {
  const { page, watch } = desk;
  await signIn(page);
  await page.goto("/admin/profile");
  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByRole("img", { name: "QR code for the authenticator app" }).waitFor();
  await page.waitForFunction(() => document.querySelector("img[alt^=QR]").naturalWidth > 100);
  await page.getByText("Type it instead").click();
  secret = await page.locator(".secret code").innerText();
  await clean(page);

  watch.expect(/totp\/confirm/);
  const field = page.getByLabel("Code", { exact: true });
  await field.fill("000000");
  await field.press("Enter");
  await page.getByText("That code is wrong or has expired").waitFor();
  await field.fill(totp(secret));
  await field.press("Enter");
  await page.getByText("They are shown only now").waitFor();
  codes = await page.locator("section[aria-label='Recovery codes'] li").allInnerTexts();
  assert.equal(codes.length, 10);
  await clean(page);
  await page.getByRole("button", { name: "I have saved them" }).click();
  await page.getByText("10 codes left").waitFor();
  await clean(page);
  await mail.arrives(ADMIN.email, "An authenticator app was added");
});

step("the next sign-in asks for a code, by keyboard alone", async () => {
  const { page, watch } = desk;
  await signOut(page);
  watch.expect(/auth\/login/);
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(ADMIN.password);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "One more step" }).waitFor();
  const field = page.getByLabel("Code from your authenticator app");
  await until("the field has the focus", () => field.evaluate((input) => input === document.activeElement));
  await clean(page);
  await page.keyboard.type("123456");
  await page.keyboard.press("Enter");
  await page.getByText("This code is wrong").waitFor();
  await until("the field is empty again", async () => (await field.inputValue()) === "");
  await page.keyboard.type(totp(secret, 1));
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
});

step("a recovery code opens too, once", async () => {
  const { page } = desk;
  for (const [code, opens] of [
    [codes[0].toUpperCase().replaceAll("-", " "), true],
    [codes[0], false],
  ]) {
    await signOut(page);
    await password(page);
    await page.getByRole("button", { name: "Use a recovery code" }).click();
    await page.getByLabel("Recovery code").fill(code);
    await page.keyboard.press("Enter");
    if (opens) await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
    else await page.getByText("This code is wrong").waitFor();
  }
  await mail.arrives(ADMIN.email, "A recovery code for your account was used");
  await page.getByLabel("Recovery code").fill(codes[1]);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
});

step("what is sensitive asks again who is there, then goes on by itself", async () => {
  const { page, watch } = desk;
  watch.expect(/recovery-codes/, /auth\/prove/);
  await page.goto("/admin/profile");
  // Ten minutes do not pass in a test: the first response is the one that an old session gets.
  await page.route(
    "**/api/auth/mfa/recovery-codes",
    (route) =>
      route.fulfill({
        status: 403,
        contentType: "application/problem+json",
        body: JSON.stringify({ success: false, status: 403, code: "reauthentication_required", detail: "Again" }),
      }),
    { times: 2 },
  );
  const ask = async () => {
    await page.getByRole("button", { name: "Create new codes" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Create new codes" }).click();
    await page.getByRole("dialog", { name: "Confirm it’s you" }).waitFor();
  };
  await ask();
  await clean(page);
  await page.keyboard.press("Escape");
  await page.getByText("Nothing was changed, because you did not confirm").waitFor();
  await ask();
  await page.getByLabel("Password", { exact: true }).fill("wrong-password");
  await page.keyboard.press("Enter");
  await page.getByText("This is not your password").waitFor();
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.keyboard.press("Enter");
  await page.getByText("They are shown only now").waitFor();
  await page.getByRole("button", { name: "I have saved them" }).click();
});

step("a passkey is added, renamed, and signs in without a password", async () => {
  const { page } = desk;
  key = await passkeyDevice(page);
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await page.getByLabel("Name", { exact: true }).last().fill("Work laptop");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByText("Passkey added").waitFor();
  assert.equal((await key.credentials()).length, 1);
  assert.equal((await key.credentials())[0].isResidentCredential, true);
  await mail.arrives(ADMIN.email, "A passkey was added");
  await page.getByRole("button", { name: "Rename: Work laptop" }).click();
  await page.getByLabel("Name", { exact: true }).last().fill("Laptop");
  await page.keyboard.press("Enter");
  await page.getByText("Not used yet").waitFor();
  await page.getByRole("button", { name: "Delete: Laptop" }).waitFor();

  await withoutFillIn(page);
  await signOut(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
  await page.goto("/admin/profile");
  await page.getByText(/^Used/).waitFor();
});

step("the browser offers the passkey where it fills in the address", async () => {
  const { page } = desk;
  await withFillIn(page);
  await signOut(page);
  // Nothing is pressed: the virtual device chooses at once what the browser lists.
  await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
  await withoutFillIn(page);
});

step("a passkey is a second step too", async () => {
  const { page } = desk;
  await signOut(page);
  await password(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByRole("heading", { name: /, Anna$/ }).waitFor();
});

step("the app is turned off, the passkey deleted", async () => {
  const { page } = desk;
  await page.goto("/admin/profile");
  await page.getByRole("button", { name: "Delete: Laptop" }).waitFor();
  // Not earlier: checking through the debugger removes the device with the passkeys.
  await clean(page);
  await page.getByRole("button", { name: "Turn off" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Turn off" }).click();
  await page.getByText("The authenticator app is off").waitFor();
  await page.getByRole("button", { name: "Delete: Laptop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByText("Passkey deleted").waitFor();
  await mail.arrives(ADMIN.email, "A passkey was removed from your account");
  await signOut(page);
  await signIn(page);
});

step("a role that needs a second factor leads to set-up, also for who is signed in already", async () => {
  const { page, watch } = other;
  await signIn(page, MANAGER);
  await page.goto("/admin/messages");
  watch.expect(/403/);
  await server.api("/api/admin/settings", "PATCH", { "security.secondFactorRoles": ["manager"] });
  await page.reload();
  await page.getByRole("heading", { name: "Set up a second factor" }).waitFor();
  await clean(page);
  await page.goto("/admin/profile");
  await page.getByRole("heading", { name: "Set up a second factor" }).waitFor();

  await page.getByRole("button", { name: "Set up", exact: true }).click();
  await page.getByText("Type it instead").click();
  const typed = await page.locator(".secret code").innerText();
  await page.getByLabel("Code", { exact: true }).fill(totp(typed));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "I have saved them" }).click();
  await page.getByText("Your account is protected").waitFor();
  await page.getByRole("heading", { name: "Profile" }).waitFor();
  await page.goto("/admin/messages");
  await page.getByRole("button", { name: /choose a view/ }).waitFor();
});

step("dates are written in the language that the profile says", async () => {
  const { page } = other;
  await page.goto("/admin/profile");
  await page.getByLabel("Date format").selectOption("de-DE");
  await page.locator("#about").getByRole("button", { name: "Save" }).click();
  await page.getByText("Saved").waitFor();
  await page.reload();
  const exact = page.locator("main time").first();
  assert.match(await exact.getAttribute("title"), /\d{1,2}\. [A-ZÄ]/, "a German date has a full stop after the day");
});

step("an admin takes the factors of a colleague away, who is told and signed out", async () => {
  const { page } = desk;
  other.watch.expect(/auth\/refresh|401|403/);
  const people = await server.api("/api/admin/staff");
  const { id } = people.find((one) => one.email === MANAGER.email);
  await page.goto(`/admin/staff/${id}`);
  await page.getByRole("tab", { name: "Sign-in and devices" }).click();
  await page.getByText("Authenticator app, 10 recovery codes").waitFor();
  await clean(page);
  await page.getByRole("button", { name: "Remove all" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove all" }).click();
  await page.getByText("None yet. The role needs one").waitFor();
  await mail.arrives(MANAGER.email, "The second factors for your account were reset");
  await other.page.waitForURL(/\/admin\/login/);
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  other.watch.assertQuiet();
});

/** A browser that cannot list passkeys among addresses, until the page is loaded again by hand. */
async function withoutFillIn(page) {
  await page.evaluate(() => {
    window.canFillIn = PublicKeyCredential.isConditionalMediationAvailable;
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
}

/** A browser that can. */
async function withFillIn(page) {
  await page.evaluate(() => {
    if (window.canFillIn) PublicKeyCredential.isConditionalMediationAvailable = window.canFillIn;
  });
}

async function password(page) {
  await page.getByLabel("Email").fill(ADMIN.email);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { name: "One more step" }).waitFor();
}

/** axe finds nothing in light, dark and at 320 pixels, and nothing is wider than that. */
async function clean(page) {
  const problems = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const problem of await axe(page)) problems.push(`${colorScheme}: ${problem}`);
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 320, height: 640 });
  const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (over > 0) problems.push(`320 px: scrolls sideways by ${over} px`);
  for (const problem of await axe(page)) problems.push(`320 px: ${problem}`);
  await page.setViewportSize({ width: 1280, height: 860 });
  assert.deepEqual(problems, []);
}
