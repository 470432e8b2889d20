// Names, sizes and types of files in words, and the place of a picture.
import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf, fitted, hasFiles, isPicture, pastedFiles, sizeInWords } from "../../src/files/words.js";
import { whyNot } from "../../src/files/why.js";

test("sizes read as people say them", () => {
  const sizes = { 0: "0 bytes", 1: "1 byte", 840: "840 bytes", 999: "999 bytes", 1000: "1 kB", 1240: "1.2 kB", 9940: "9.9 kB", 9960: "10 kB", 999_900: "1 MB", 10_000_000: "10 MB", 2_450_000: "2.5 MB", 1_500_000_000: "1.5 GB" };
  for (const [bytes, words] of Object.entries(sizes)) assert.equal(sizeInWords(Number(bytes)), words, bytes);
  assert.deepEqual(["a.PDF", "two.tar.gz", "none", ".hidden", "what.is-this"].map((name) => endingOf({ name })), ["PDF", "GZ", "", "", ""]);
});

test("what the server would refuse is known before it is sent, and what it must look at is left to it", () => {
  const limits = { types: [".jpg", ".pdf"], maxSize: 100 };
  const why = (name, size, type = "") => whyNot({ name, size, type }, limits);
  assert.deepEqual([why("a.PDF", 100), why("a.exe", 5), why("a.pdf.exe", 5), why("a.pdf", 0), why("a.pdf", 101)], ["", "type", "type", "empty", "size"]);
  assert.deepEqual([why("notes", 5), why("photo.jfif", 5, "image/jpeg"), why("Dr. Who", 5), why("offer 1.2", 5), why("drawing.svg", 5, "image/svg+xml")], ["", "", "", "", "type"]);
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
