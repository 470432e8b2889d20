// The blocks of the home page and the service pages: worded, ordered and hidden in the dashboard, and drawn that way.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { axe } from "../lib/axe.js";
import { launch, person, signIn } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";

const SERVICE = "/services/software-development";
const step = story();
/** For steps that save and look many times. */
const LONG = { timeout: 180_000 };
let server, browser, desk, visitor, page;

before(async () => {
  server = await Server.make();
  browser = await launch();
  [desk, visitor] = [await person(browser, server), await person(browser, server)];
  page = desk.page;
  await signIn(page);
});
after(async () => {
  await browser?.close();
  await server?.remove();
});

async function open() {
  await page.goto("/admin/settings/site");
  await page.locator("main form .panel").first().waitFor();
}
/** The fields under a heading of the settings page. */
const panel = (title) =>
  page.locator("section.panel").filter({ has: page.getByRole("heading", { name: title, exact: true }) });
const field = (name, within) => within.getByRole("textbox", { name: new RegExp(`^${name}( ?optional)?$`) });
const show = (block, within) => within.getByRole("checkbox", { name: `Show ${block}` });

async function save() {
  const button = page.getByRole("button", { name: "Save changes" });
  // Without a pointer, which would keep the toasts below it.
  await button.press("Enter");
  await button.waitFor({ state: "detached" });
}

/** What a visitor sees, light and wide, then dark and narrow: nothing for axe to find, and the second-level headings. */
async function titles(path) {
  for (const [width, colorScheme] of [
    [1280, "light"],
    [360, "dark"],
  ]) {
    await visitor.page.setViewportSize({ width, height: 860 });
    await visitor.page.emulateMedia({ colorScheme });
    await visitor.page.goto(path);
    assert.deepEqual(await axe(visitor.page), [], `${path}, ${width} px`);
    assert.ok(await visitor.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${path} fits`);
  }
  return visitor.page.locator("main h2").allInnerTexts();
}

/** Hides each block once, looks, and shows it again. */
async function hideEach(path, order, blocks) {
  const whole = await titles(path);
  for (const [block, title] of blocks) {
    await show(block, order).press("Space");
    await save();
    assert.deepEqual(
      await titles(path),
      whole.filter((other) => other !== title),
      `${block} is hidden`,
    );
    await show(block, order).press("Space");
    await save();
  }
  assert.deepEqual(await titles(path), whole);
}

step("a new site promises nothing, and the settings say why a block is missing", async () => {
  assert.deepEqual(await titles("/"), ["What we do", "What is on your mind?"]);
  await open();
  const order = panel("Home page: order");
  for (const block of ["How it starts", "Promises"])
    await order.locator("li", { hasText: block }).getByText("Hidden: nothing to show yet").waitFor();
  assert.equal(await order.getByText("Hidden: nothing to show yet").count(), 2);
  assert.deepEqual(await axe(page), []);
});

step("an example fills what is empty and saves nothing", async () => {
  const [start, promises] = [panel("Home page: how it starts"), panel("Home page: promises")];
  await field("Heading", start).fill("The first week");
  await start.getByRole("button", { name: "Start from an example" }).press("Enter");
  assert.equal(await field("Heading", start).inputValue(), "The first week", "what is written stays");
  assert.equal(await field("Title", start).count(), 4);
  assert.equal(await start.getByRole("button", { name: "Start from an example" }).count(), 0);
  assert.ok(await field("Heading", start).evaluate((it) => it === document.activeElement));
  await promises.getByRole("button", { name: "Start from an example" }).click();
  assert.equal(await field("Heading", promises).inputValue(), "What you can hold us to");
  assert.equal(await panel("Home page: order").getByText("Hidden: nothing to show yet").count(), 0);
  assert.deepEqual(await titles("/"), ["What we do", "What is on your mind?"], "not saved, not shown");
  await save();
  assert.deepEqual(await titles("/"), [
    "What we do",
    "The first week",
    "What you can hold us to",
    "What is on your mind?",
  ]);
});

step("every text of the home page and of the list of services is the firm’s", async () => {
  const [start, promises] = [panel("Home page: how it starts"), panel("Home page: promises")];
  const [services, ask] = [panel("Home page: what we do"), panel("Home page: invitation to write")];
  await field("Heading", services).fill("Our work");
  await field("Introduction", services).fill("From hedge to pond.");
  await field("Introduction", start).fill("It is <short> & plain.");
  await field("Title", start).first().fill("We walk");
  await field("Text", start).first().fill("Through your garden.");
  // One step more than fits on a line.
  await start.getByRole("button", { name: "Add another" }).click();
  await field("Title", start).last().fill("We come back");
  await field("Text", start).last().fill("In spring.");
  await start.getByRole("button", { name: "Move We come back up" }).press("Enter");
  await field("Heading", promises).fill("Our word");
  await promises.getByRole("button", { name: "Remove We say no" }).click();
  await field("Heading", ask).fill("A hedge to cut?");
  await field("Text", ask).fill("Send a photo.");
  const [list, unsure] = [panel("List of services"), panel("List of services: invitation to write")];
  await field("Heading", list).fill("All our work");
  await field("Introduction", list).fill("In every season.");
  await field("Heading", unsure).fill("Something else?");
  await field("Text", unsure).fill("Ask us.");
  await save();
  assert.deepEqual(await titles("/"), ["Our work", "The first week", "Our word", "A hedge to cut?"]);
  for (const text of ["From hedge to pond.", "It is <short> & plain.", "Through your garden.", "Send a photo."])
    await visitor.page.getByText(text, { exact: true }).waitFor();
  assert.deepEqual(await visitor.page.locator("main ol h3").allInnerTexts(), [
    ...["We walk", "A person replies", "We talk", "We come back", "You get it in writing"],
  ]);
  assert.equal(await visitor.page.getByText("We say no").count(), 0);
  assert.equal((await titles("/services")).at(-1), "Something else?");
  assert.equal(await visitor.page.locator("h1").innerText(), "All our work");
  for (const text of ["In every season.", "Ask us."]) await visitor.page.getByText(text, { exact: true }).waitFor();
});

step("a heading cannot be taken from under its steps", async () => {
  const heading = field("Heading", panel("Home page: how it starts"));
  await heading.fill("");
  desk.watch.expect(/api\/admin\/settings/);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Give this block a heading, or remove its other texts.").waitFor();
  assert.equal(await heading.getAttribute("aria-invalid"), "true");
  await page.getByRole("button", { name: "Discard", exact: true }).click();
});

step("the home page follows the order, which needs no mouse", async () => {
  const order = panel("Home page: order");
  await order.getByRole("button", { name: "Move Promises up" }).focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  // At the top its button is disabled, so one more press must not move it back.
  assert.ok(await show("Promises", order).evaluate((it) => it === document.activeElement));
  assert.deepEqual(await order.locator(".name").allInnerTexts(), [
    ...["Promises", "What we do", "How it starts", "Invitation to write"],
  ]);
  await order.getByRole("button", { name: "Move Invitation to write up" }).press("Enter");
  await save();
  assert.deepEqual(await titles("/"), ["Our word", "Our work", "A hedge to cut?", "The first week"]);
  const grounds = await visitor.page.locator("main > section").evaluateAll((all) => all.map((it) => it.className));
  assert.deepEqual(grounds, ["hero", "band", "band band-sunken", "ask", "band"]);
  await page.getByRole("button", { name: "Reset to default: Blocks of the home page" }).click();
  await save();
});

step(
  "each block of the home page can be hidden",
  async () => {
    await hideEach("/", panel("Home page: order"), [
      ["What we do", "Our work"],
      ["How it starts", "The first week"],
      ["Promises", "Our word"],
      ["Invitation to write", "A hedge to cut?"],
    ]);
  },
  LONG,
);

const HEADINGS = {
  "What clients get": "In your garden",
  "How it works": "Day by day",
  "Common questions": "What others ask",
  Price: "From",
  "Who it is for": "For whom",
  "Other services": "More from us",
};

step("every heading of a service’s page is the firm’s", async () => {
  const headings = panel("Service pages: headings");
  for (const [label, text] of Object.entries(HEADINGS)) await field(label, headings).fill(text);
  const ask = panel("Service pages: invitation to write");
  await field("Heading", ask).fill("Shall we?");
  await field("Text", ask).fill("Say when.");
  await save();
  const expected = [...Object.values(HEADINGS), "Shall we?"];
  assert.deepEqual(await titles(SERVICE), expected);
  await visitor.page.getByText("Say when.", { exact: true }).waitFor();
  await visitor.page.goto("/services");
  assert.equal(await visitor.page.getByRole("heading", { name: "From", exact: true }).count(), 4);
});

step("a service’s page follows the order of each of its parts", async () => {
  const order = panel("Service pages: order");
  await order.getByRole("button", { name: "Move Common questions up" }).press("Enter");
  await order.getByRole("button", { name: "Move Who it is for up" }).press("Enter");
  await order.getByRole("button", { name: "Move Other services down" }).press("Enter");
  await save();
  assert.deepEqual(await titles(SERVICE), [
    ...["In your garden", "What others ask", "Day by day"],
    ...["For whom", "From"],
    ...["Shall we?", "More from us"],
  ]);
});

step(
  "each block of a service’s page can be hidden",
  async () => {
    await hideEach(SERVICE, panel("Service pages: order"), [
      ["What clients get", "In your garden"],
      ["How it works", "Day by day"],
      ["Common questions", "What others ask"],
      ["Price and contact button", "From"],
      ["Who it is for", "For whom"],
      ["Other services", "More from us"],
      ["Invitation to write", "Shall we?"],
    ]);
  },
  LONG,
);

step("two who order at once are asked in words", async () => {
  const order = panel("Home page: order");
  const hidden = [{ block: "services", shown: false }];
  await order.getByRole("button", { name: "Move Promises up" }).click();
  await server.api("/api/admin/settings", "PATCH", { "site.homeBlocks": hidden });
  desk.watch.expect(/api\/admin\/settings/);
  await page.getByRole("button", { name: "Save changes" }).click();
  const merge = page.getByRole("dialog", { name: "Someone changed the same settings" });
  await merge.getByText("Home page: order: Blocks of the home page").waitFor();
  await merge.getByText(/What we do \(hidden\)\nHow it starts/).waitFor();
  await merge.getByText(/What we do\nPromises\nHow it starts/).waitFor();
  await merge.getByRole("button", { name: "Save this" }).click();
  await page.getByRole("button", { name: "Save changes" }).waitFor({ state: "detached" });
  assert.deepEqual(await titles("/"), ["Our work", "Our word", "The first week", "A hedge to cut?"]);
});

step("a service of which only a line is known has a page without empty headings", async () => {
  const bare = [{ slug: "gardens", name: "Gardens", summary: "Green ones, all year." }];
  await server.api("/api/admin/settings", "PATCH", { "services.list": bare });
  assert.deepEqual(await titles("/services/gardens"), ["Shall we?"]);
  assert.deepEqual(await titles("/services"), ["Gardens", "Something else?"]);
  await titles("/");
});

step("what was changed, and by whom, stands below", async () => {
  await open();
  await page.getByRole("group").filter({ hasText: "History" }).locator("summary").click();
  const entry = page.locator("details li", { hasText: "changed settings" }).first();
  await entry.waitFor();
  assert.match(await page.locator("details", { hasText: "changed settings" }).innerText(), /Anna/);
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  visitor.watch.assertQuiet();
});
