// The chat on another website: a strict policy there, its own styles, and no way to the words of the visitor.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, person } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { StaffSocket } from "../lib/staff-socket.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const step = story();
let server, home, shop, stranger, far, browser, staff, visitor, page, session;

/** A website on another host, with styles that would spoil the chat and a policy that names us and nothing inline. */
function website(home) {
  const policy = `default-src 'none'; script-src ${home}; connect-src ${home}; frame-src ${home}; style-src 'self'`;
  const pages = createServer((request, response) => {
    if (request.url === "/shop.css") {
      response.writeHead(200, { "Content-Type": "text/css" });
      return response.end(
        "* { font-size: 40px !important; color: red !important } button, iframe { display: none !important }",
      );
    }
    response.writeHead(200, { "Content-Type": "text/html", "Content-Security-Policy": policy });
    response.end(`<!doctype html><html lang="en"><title>Shop ${request.url}</title><link rel="stylesheet" href="/shop.css">
<body><main><h1>Shop</h1><a href="/cart">Cart</a></main><script async src="${home}/embed/chat.js"></script></body></html>`);
  });
  return new Promise((ready) =>
    pages.listen(0, "127.0.0.1", () =>
      ready({ url: `http://127.0.0.1:${pages.address().port}`, close: () => pages.close() }),
    ),
  );
}

before(async () => {
  server = await Server.make({ env: { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" } });
  // The same site on other ports is another origin whose frames may store something; another name is another site,
  // whose frames may not in this browser.
  home = server.url.replace("localhost", "127.0.0.1");
  [shop, stranger] = [await website(home), await website(home)];
  far = shop.url.replace("127.0.0.1", "localhost");
  browser = await launch();
  await server.api("/api/admin/settings", "PATCH", {
    "chat.embedOrigins": [shop.url, far],
    "chat.hours": "own",
    "chat.weekly": [],
  });
  staff = await StaffSocket.open(server);
  visitor = await person(browser, server, { baseURL: shop.url });
  page = visitor.page;
});
after(async () => {
  await browser?.close();
  await server?.remove();
  shop?.close();
  stranger?.close();
});

const button = () => page.locator("#tekvwarho-chat button");
const chat = () => page.frameLocator("#tekvwarho-chat iframe");
const log = () => chat().getByRole("log", { name: "Conversation" });
const field = () => chat().getByRole("textbox", { name: "Your message" });

step("the button stands above the page, whatever styles that has, and loads nothing before it is used", async () => {
  await page.goto("/");
  await button().waitFor();
  const { fontSize, color } = await button().evaluate((node) => {
    const { fontSize, color } = getComputedStyle(node);
    return { fontSize, color };
  });
  assert.equal(fontSize, "16px");
  assert.notEqual(color, "rgb(255, 0, 0)");
  assert.equal(await page.locator("#tekvwarho-chat iframe").count(), 0);
  // Later, axe would look for itself in the frame and complain of the other origin.
  assert.deepEqual(await axe(page), []);
});

step("a click opens the chat, and one can write at once", async () => {
  await button().click();
  await log().getByText("Hello! How can we help?").waitFor();
  const { width } = await page.locator("#tekvwarho-chat iframe").boundingBox();
  assert.ok(width >= 398 && width <= 402, `the panel is as wide as on our own site: ${width}`);
  await until("the field has the focus", () => field().evaluate((node) => node === document.activeElement));
  await page.keyboard.type("Do you deliver to Lübeck?");
  await page.keyboard.press("Enter");
  await log().getByText("Sent").waitFor();
  const { sessionId, page: at } = await staff.hears({ type: "session", lastLine: "Do you deliver to Lübeck?" });
  session = sessionId;
  assert.deepEqual(at.url, `${shop.url}/`, "staff see the page of the website, not the frame");
});

step("the website cannot read what was said", async () => {
  const seen = await page.evaluate(() => {
    const frame = document.querySelector("#tekvwarho-chat").shadowRoot.querySelector("iframe");
    try {
      return frame.contentDocument?.body.textContent ?? null;
    } catch {
      return null;
    }
  });
  assert.equal(seen, null);
  assert.deepEqual(await page.evaluate(() => Object.keys(localStorage).sort()), ["tekvwarho-chat-has"]);
});

step("Escape closes it, the button counts what is unread, and a click shows it", async () => {
  await page.keyboard.press("Escape");
  await button().waitFor();
  await until("the button has the focus", () =>
    page.evaluate(() => document.querySelector("#tekvwarho-chat").shadowRoot.activeElement?.tagName === "BUTTON"),
  );
  await staff.claim(session);
  await staff.say(session, "Yes, every Tuesday.");
  await page.getByRole("button", { name: "Chat, 1 unread" }).click();
  await log().getByText("Yes, every Tuesday.").waitFor();
});

step("on the next page it is open as it was, and staff see where the visitor is", async () => {
  await page.evaluate(() => document.querySelector("a").click());
  await page.waitForURL("**/cart");
  await log().getByText("Yes, every Tuesday.").waitFor();
  await staff.hears({ type: "presence", sessionId: session, visitor: "online" });
  await until("staff see the page", async () => {
    const { page: at } = await server.api(`/api/admin/chats/${session}`);
    return at.url === `${shop.url}/cart`;
  });
});

step("a phone shows it over the whole page", async () => {
  await page.setViewportSize({ width: 360, height: 700 });
  const box = await page.locator("#tekvwarho-chat iframe").boundingBox();
  assert.deepEqual([box.x, box.y, box.width, box.height], [0, 0, 360, 700]);
  await page.keyboard.press("Escape");
});

step("where the browser lets a frame store nothing, the chat works as long as the page is there", async () => {
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.goto(far);
  await button().click();
  await field().fill("Is this the right place?");
  await field().press("Enter");
  await log().getByText("Sent").waitFor();
  await page.reload();
  await log().getByText("Hello! How can we help?").waitFor();
  assert.equal(await log().getByText("Is this the right place?").count(), 0);
});

step("a chat that is switched off shows nothing, and says so", async () => {
  visitor.watch.assertQuiet();
  await server.api("/api/admin/settings", "PATCH", { "chat.enabled": false });
  const told = page.waitForEvent("console", (message) => message.text().includes("is switched off"));
  await page.goto(shop.url);
  await told;
  assert.equal(await page.locator("#tekvwarho-chat").count(), 0);
  await server.api("/api/admin/settings", "PATCH", { "chat.enabled": true });
});

step("a website that the settings do not list shows nothing, and says why", async () => {
  visitor.watch.assertQuiet();
  visitor.watch.expect(/403/, /blocked by CORS/, /cannot be shown here/);
  const told = page.waitForEvent("console", (message) => message.text().includes("cannot be shown here"));
  await page.goto(stranger.url);
  await told;
  assert.equal(await page.locator("#tekvwarho-chat").count(), 0);
});
