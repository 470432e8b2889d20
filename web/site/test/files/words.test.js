// Names, sizes and types of files in words, and the place of a picture.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf, fitted, hasFiles, isPicture, pastedFiles, sizeInWords, typesInWords, whyNot } from "../../src/files/words.js";

test("sizes read as people say them", () => {
  const MB = 1024 * 1024;
  const sizes = { 0: "0 bytes", 1: "1 byte", 840: "840 bytes", 1023: "1023 bytes", 1024: "1 kB", 1229: "1.2 kB", 10_188: "9.9 kB", 10_240: "10 kB", [1023.9 * 1024]: "1 MB", [MB]: "1 MB", [10 * MB]: "10 MB", [2.45 * MB]: "2.5 MB", [1500 * MB]: "1.5 GB" };
  for (const [bytes, words] of Object.entries(sizes)) assert.equal(sizeInWords(Number(bytes)), words, bytes);
});

test("types read as people know them, each once", () => {
  assert.equal(typesInWords([".jpg", ".jpeg", ".png", ".pdf"]), "JPG, PNG and PDF");
  assert.equal(typesInWords([".pdf"]), "PDF");
  assert.equal(typesInWords([]), "");
  assert.deepEqual(["a.PDF", "two.tar.gz", "none", ".hidden", "what.is-this"].map((name) => endingOf({ name })), ["PDF", "GZ", "", "", ""]);
});

test("what the server would refuse is known before it is sent", () => {
  const limits = { types: [".jpg", ".pdf"], maxSize: 100 };
  const why = (name, size) => whyNot({ name, size }, limits);
  assert.deepEqual([why("a.PDF", 100), why("a.exe", 5), why("pdf", 5), why("a.pdf.exe", 5), why("a.pdf", 0), why("a.pdf", 101)], ["", "type", "type", "type", "empty", "size"]);
});

test("a picture has its shape within what there is, and can be pressed however narrow it is", () => {
  const most = { width: 240, height: 260 };
  assert.deepEqual(fitted({ width: 120, height: 80 }, most), { width: 120, height: 80 });
  assert.deepEqual(fitted({ width: 2400, height: 1200 }, most), { width: 240, height: 120 });
  assert.deepEqual(fitted({ width: 1200, height: 2600 }, most), { width: 120, height: 260 });
  assert.deepEqual(fitted({ width: 10, height: 5000 }, most), { width: 44, height: 260 });
  assert.deepEqual(fitted({}, most), { width: 240, height: 180 });
  assert.ok(isPicture({ type: "image/webp" }) && !isPicture({ type: "image/svg+xml" }) && !isPicture({ type: "" }));
});

test("a paste with text is text, and a copied picture gets a name", () => {
  const picture = new File(["x"], "image.png", { type: "image/png" });
  const named = new File(["x"], "plan.pdf", { type: "application/pdf" });
  assert.deepEqual(pastedFiles({ types: ["text/plain", "Files"], files: [picture] }, "Pasted.png"), []);
  assert.deepEqual(pastedFiles(null, "Pasted.png"), []);
  const [one, two] = pastedFiles({ types: ["Files"], files: [picture, named] }, "Pasted.png");
  assert.deepEqual([one.name, one.type, two], ["Pasted.png", "image/png", named]);
  assert.deepEqual([hasFiles({ types: ["Files"] }), hasFiles({ types: ["text/uri-list"] }), hasFiles(null)], [true, false, false]);
});
