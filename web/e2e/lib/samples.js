/** Files for tests, as browsers and servers know them. */

/** A real PDF of one empty page, `size` bytes or a little more. */
export function pdf(size = 0) {
  const head = "%PDF-1.4\n";
  const body = [
    "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n",
    "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n",
    "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\n",
  ];
  const padding = size > 400 ? `%${"padding ".repeat(Math.ceil(size / 8))}\n` : "";
  let at = head.length + padding.length;
  const places = body.map((part) => {
    const place = String(at).padStart(10, "0");
    at += part.length;
    return `${place} 00000 n \n`;
  });
  const table = `xref\n0 4\n0000000000 65535 f \n${places.join("")}trailer<</Size 4/Root 1 0 R>>\nstartxref\n${at}\n%%EOF\n`;
  return Buffer.from(head + padding + body.join("") + table);
}

/** Copies a drawn picture, as a screenshot would be. The page needs the permission to write to the clipboard. */
export const copyPicture = (page, width, height) =>
  page.evaluate(
    async ([width, height]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const drawing = canvas.getContext("2d");
      for (let i = 0; i < 12; i++) {
        drawing.fillStyle = `hsl(${i * 30} 60% 55%)`;
        drawing.fillRect((i * width) / 12, 0, width / 12, height - i * 10);
      }
      const picture = await new Promise((done) => canvas.toBlob(done, "image/png"));
      await navigator.clipboard.write([new ClipboardItem({ "image/png": picture })]);
    },
    [width, height],
  );

/** Something dragged that has this file, for `dispatchEvent`. */
export const dragged = (page, name, type, bytes) =>
  page.evaluateHandle(
    ([name, type, bytes]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(bytes)], name, { type }));
      return data;
    },
    [name, type, [...bytes]],
  );
