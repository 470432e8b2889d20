// Pages of the firm's own: written, previewed, published, renamed and withdrawn; and the About page with people who agree.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { fileURLToPath } from "node:url";
import { axe } from "../lib/axe.js";
import { launch, person, signIn } from "../lib/browser.js";
import { Server } from "../lib/server.js";
import { story } from "../lib/steps.js";
import { until } from "../lib/until.js";

const PICTURE = readFileSync(fileURLToPath(new URL("../../site/src/og.png", import.meta.url)));
const step = story();
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

const button = (name) => page.getByRole("button", { name, exact: true });
const field = (name) => page.getByRole("textbox", { name: new RegExp(`^${name}( ?optional)?$`) });
const preview = () => page.getByRole("dialog", { name: "Preview" });
const inside = () => page.frameLocator("iframe");
const menu = async () => {
  await visitor.page.setViewportSize({ width: 1280, height: 860 });
  return visitor.page.locator(".nav-wide a").allInnerTexts();
};
/** Whether a page of the site answers. */
const answers = async (path) => (await fetch(server.url + path, { redirect: "manual" })).status;

async function toast(text) {
  await page.getByText(text, { exact: true }).first().waitFor();
}

step("the list says what to do first", async () => {
  await page.goto("/admin/settings/site");
  await page.getByRole("navigation", { name: "Settings groups" }).getByRole("link", { name: "Pages" }).click();
  await page.getByText("No pages yet").waitFor();
  await page.getByRole("link", { name: "New page" }).last().click();
  await page.locator("#page-form").waitFor();
});

step("a page is written, with a picture that says what it shows", async () => {
  await field("Title").fill("How we work");
  assert.equal(await field("Address").inputValue(), "how-we-work");
  await field("Text").fill("# First\n\nWe *listen*.");
  await button("Add a picture").click();
  const dialog = page.getByRole("dialog", { name: "Add a picture" });
  await dialog.getByLabel("Picture", { exact: true }).setInputFiles({
    ...{ name: "og.png", mimeType: "image/png", buffer: PICTURE },
  });
  await dialog.getByRole("img").waitFor();
  await dialog.getByRole("button", { name: "Insert" }).click();
  await dialog.getByText("Describe the picture, or mark it as decoration.").waitFor();
  assert.deepEqual(await axe(page), []);
  await dialog.getByLabel("Description for people").fill("Our [front] door");
  await dialog.getByRole("button", { name: "Insert" }).click();
  assert.match(
    await field("Text").inputValue(),
    /We \*listen\*\.\n\n!\[Our \\\[front\\\] door\]\(\/pictures\/1200x630-/,
  );
});

step("it is seen as visitors would see it, before anybody else sees it", async () => {
  await button("Preview").click();
  await inside().getByRole("heading", { name: "How we work", level: 1 }).waitFor();
  await inside().getByRole("heading", { name: "First", level: 2 }).waitFor();
  await inside().getByRole("img", { name: "Our [front] door" }).waitFor();
  // From outside: a test that runs code in the frame is told by the browser that no code may run there.
  const seen = (look) => page.locator("iframe").evaluate(look);
  await until("the picture is shown", () =>
    seen((it) => it.contentDocument.querySelector("main img").naturalWidth === 1200),
  );
  assert.match(await seen((it) => it.contentWindow.getComputedStyle(it.contentDocument.body).fontFamily), /Familjen/);
  assert.equal(await inside().locator("script").count(), 0);
  const width = () => seen((it) => it.contentWindow.innerWidth);
  assert.equal(await width(), 1280);
  await inside().locator(".nav-wide").waitFor();
  await preview().getByRole("radio", { name: "Phone" }).check();
  await until("the frame is as narrow as a phone", async () => (await width()) === 375);
  await inside().locator(".nav-small summary").waitFor();
  // Links of the page lead nowhere here.
  await inside().getByRole("link", { name: "Contact" }).last().click();
  await inside().getByRole("heading", { name: "How we work", level: 1 }).waitFor();
  assert.equal(await answers("/p/how-we-work"), 404);
  assert.deepEqual(await server.api("/api/admin/pages"), []);
  await page.keyboard.press("Escape");
  await preview().waitFor({ state: "hidden" });
});

step("leaving with unsaved work asks first", async () => {
  await page.getByRole("link", { name: "All pages" }).click();
  await page.getByRole("dialog", { name: "Leave without saving?" }).getByRole("button", { name: "Stay here" }).click();
  await button("Save draft").click();
  await toast("Draft saved");
  assert.match(page.url(), /\/settings\/pages\/[0-9a-f-]{36}$/);
  assert.equal(await answers("/p/how-we-work"), 404);
});

step("it is published, and visitors find it in the menu", async () => {
  await button("Publish").click();
  await toast("Published");
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox", { name: "Search and commands" }).fill("how we w");
  await page.getByRole("option", { name: /How we work.*\/p\/how-we-work/ }).waitFor();
  await page.keyboard.press("Escape");
  await visitor.page.goto("/");
  assert.deepEqual(await menu(), ["Services", "How we work", "Contact"]);
  await visitor.page.locator(".nav-wide").getByRole("link", { name: "How we work" }).click();
  for (const [width, colorScheme] of [
    [1280, "light"],
    [360, "dark"],
  ]) {
    await visitor.page.setViewportSize({ width, height: 860 });
    await visitor.page.emulateMedia({ colorScheme });
    await visitor.page.goto("/p/how-we-work");
    assert.deepEqual(await axe(visitor.page), [], `${width} px`);
    assert.ok(await visitor.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
  }
  const picture = visitor.page.getByRole("img", { name: "Our [front] door" });
  await picture.scrollIntoViewIfNeeded();
  await until("the picture is loaded", () => picture.evaluate((it) => it.complete && it.naturalWidth === 1200));
});

step("what cannot work is said beside the text", async () => {
  await field("Text").fill("[Here](www.example.com)");
  desk.watch.expect(/api\/admin\/pages/);
  await button("Save changes").click();
  await page.getByText("Begin it with https://").waitFor();
  assert.equal(await field("Text").getAttribute("aria-invalid"), "true");
  await button("Preview").click();
  await preview().getByText("The preview needs a correction first.").waitFor();
  await page.keyboard.press("Escape");
  await field("Text").fill("We listen first.");
});

step("a new address is saved, and the old one leads to it", async () => {
  await field("Address").fill("working-with-us");
  await button("Save changes").click();
  await toast("Saved");
  await visitor.page.goto("/p/how-we-work");
  assert.equal(new URL(visitor.page.url()).pathname, "/p/working-with-us");
  await visitor.page.getByText("We listen first.").waitFor();
});

step("two who write at once are asked in words", async () => {
  const [{ id }] = await server.api("/api/admin/pages");
  await field("Text").fill("Mine.");
  await server.api(`/api/admin/pages/${id}`, "PATCH", { body: "Theirs.", description: "Also theirs." });
  desk.watch.expect(/api\/admin\/pages/);
  await button("Save changes").click();
  const merge = page.getByRole("dialog", { name: "Someone changed this page too" });
  await merge.getByText("Theirs.").waitFor();
  assert.equal(await merge.getByRole("group").count(), 1, "the description is only theirs");
  await merge.getByRole("button", { name: "Save this" }).click();
  await toast("Saved");
  await until("both are saved", async () => {
    const now = await server.api(`/api/admin/pages/${id}`);
    return now.body === "Mine." && now.description === "Also theirs.";
  });
});

step("it is taken off the website, and deleted", async () => {
  await button("Take off the website").click();
  await toast("Taken off the website. It is a draft again.");
  for (const path of ["/p/working-with-us", "/p/how-we-work"]) assert.equal(await answers(path), 404);
  await visitor.page.goto("/");
  assert.deepEqual(await menu(), ["Services", "Contact"]);
  await button("Delete page").click();
  await page.getByRole("dialog", { name: "Delete this page?" }).getByRole("button", { name: "Delete page" }).click();
  await page.getByText("No pages yet").waitFor();
});

step("the About page is previewed and switched on", async () => {
  await page.goto("/admin/settings/site");
  await page.getByRole("checkbox", { name: "Show the About page" }).check();
  await page.locator("[data-key='site.aboutText'] textarea").fill("We are **two**.");
  await page.getByLabel("Page", { exact: true }).selectOption({ label: "About page" });
  await button("Show preview").click();
  await inside().getByRole("heading", { name: "About us" }).waitFor();
  await inside().getByText("two", { exact: true }).waitFor();
  assert.equal(await answers("/about"), 404);
  await page.keyboard.press("Escape");
  await preview().waitFor({ state: "hidden" });
  await button("Save changes").press("Enter");
  await button("Save changes").waitFor({ state: "detached" });
  await visitor.page.goto("/about");
  assert.deepEqual(await menu(), ["Services", "About", "Contact"]);
  assert.equal(await visitor.page.getByText("Who we are").count(), 0);
});

step("people are on it when they say so, and gone when they withdraw", async () => {
  await page.goto("/admin/profile#website");
  const own = page.locator("section#website");
  await own.getByRole("checkbox", { name: "Show me on the website" }).check();
  await own.getByLabel("Job title").fill("Founder");
  await own.getByLabel("A few words about you").fill("Answers <most> messages.");
  await own.getByRole("button", { name: "Save" }).click();
  await toast("You are on the website");
  for (const width of [1280, 360]) {
    await visitor.page.setViewportSize({ width, height: 860 });
    await visitor.page.goto("/about");
    await visitor.page.getByRole("heading", { name: "Anna Virtanen", level: 3 }).waitFor();
    assert.deepEqual(await axe(visitor.page), [], `${width} px`);
  }
  await visitor.page.getByText("Answers <most> messages.").waitFor();
  await own.getByRole("checkbox", { name: "Show me on the website" }).uncheck();
  await own.getByRole("button", { name: "Save" }).click();
  await toast("You are not on the website");
  await visitor.page.reload();
  assert.equal(await visitor.page.getByText("Anna Virtanen").count(), 0);
});

step("a service has the drawing of its trade, or none", async () => {
  const services = await server.api("/api/admin/settings");
  const list = services["services.list"].map((it, n) => ({ ...it, icon: ["law", "none", "craft", "health"][n % 4] }));
  await server.api("/api/admin/settings", "PATCH", { "services.list": list });
  for (const path of ["/", "/services", ...list.map(({ slug }) => `/services/${slug}`)])
    for (const width of [1280, 360]) {
      await visitor.page.setViewportSize({ width, height: 860 });
      await visitor.page.goto(path);
      assert.deepEqual(await axe(visitor.page), [], `${path}, ${width} px`);
      assert.ok(await visitor.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), path);
    }
  await visitor.page.goto("/services");
  const drawings = list.filter(({ icon }) => icon !== "none").length;
  assert.equal(await visitor.page.locator(".offers .plate").count(), drawings);
});

step("no browser complained", () => {
  desk.watch.assertQuiet();
  visitor.watch.assertQuiet();
});
