// Addresses in lines become links; the text stays as it was written.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parts } from "../../src/chat/links.js";
import { chance } from "./world.js";

const links = (content) => parts(content).filter((part) => part.href).map((part) => part.href);

test("web and mail addresses are recognised, without the end of the sentence", () => {
  assert.deepEqual(links("See https://example.com/a?b=1#c."), ["https://example.com/a?b=1#c"]);
  assert.deepEqual(links("(as on http://example.com/x_(y))!"), ["http://example.com/x_(y)"]);
  assert.deepEqual(links("ada@client.example, or “https://example.com/”"), ["mailto:ada@client.example", "https://example.com/"]);
});

test("nothing else becomes a link", () => {
  for (const content of ["javascript:alert(1)", "data:text/html,x", "//example.com", "https://", "a@b", "www.example.com", "<b>bold</b>"])
    assert.deepEqual(links(content), [], content);
});

test("whatever is written, the parts are the text", () => {
  const random = chance(5);
  const pieces = ["https://example.com/", "http://", "a@b.example", " ", "\n", ".", ")", "(", "“", "ä", "😀", "<script>", "https://[", "https://x y", "''", "@", "…"];
  for (let i = 0; i < 5_000; i++) {
    const content = Array.from({ length: 1 + random() * 8 }, () => pieces[Math.floor(random() * pieces.length)]).join("");
    const found = parts(content);
    assert.equal(found.map((part) => part.text).join(""), content);
    for (const { href } of found) if (href) assert.match(href, /^(https?:\/\/|mailto:)/);
  }
});

test("a long text is read in no time", () => {
  const start = performance.now();
  for (const unit of ["a.", "a@", "https://", "(", ").", "a-"]) parts(unit.repeat(4_000 / unit.length));
  assert.ok(performance.now() - start < 1_000);
});
