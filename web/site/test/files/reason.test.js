// What is said of a file that is not sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { reason } from "../../src/files/reason.js";

const said = (code, file, detail = "") => reason({ code, detail }, { maxSize: 1_000_000 }, file);

test("photos and videos of telephones, by name or type", () => {
  assert.equal(said("type", { name: "IMG_1.HEIC", type: "" }), "Send photos as JPEG or PNG.");
  assert.equal(said("type", { name: "a.heif", type: "image/heif" }), "Send photos as JPEG or PNG.");
  assert.equal(said("type", { name: "clip.mp4", type: "video/mp4" }), "Videos can't be sent here.");
  assert.match(said("type", { name: "setup.exe", type: "" }), /^This type of file can't be sent\./);
});

test("other reasons, and what the server says where we have no words", () => {
  assert.match(said("size", { name: "a.pdf", type: "" }), /limit is 1 MB/);
  assert.equal(said("http_422", undefined, "It cannot be read."), "It cannot be read.");
  assert.equal(said("", undefined), "This file can't be sent.");
});
