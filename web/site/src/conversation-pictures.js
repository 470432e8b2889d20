/**
 * Pictures of the conversation page, in the place of their rows. Only the code opens them, so an address alone would show
 * nothing: a script fetches each one once it is nearly in sight.
 */
import { Pictures, whenNear } from "./files/pictures.js";
import { fitted } from "./files/words.js";
import { element } from "./form-tools.js";

const LARGEST = { width: 320, height: 320 };
const LOAD_MS = 60_000;

export function showPictures(messageId, code) {
  const pictures = new Pictures(async (id) => {
    const address = `/api/messages/${messageId}/files/${id}?size=preview`;
    const answer = await fetch(address, { headers: { Authorization: `Manage ${code}` }, signal: AbortSignal.timeout(LOAD_MS) });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.blob();
  });
  for (const button of document.querySelectorAll("[data-picture]")) showPicture(button, pictures);
}

/** Its place is there before it is, so that nothing jumps. What does not load stays a row. */
function showPicture(button, pictures) {
  const row = [...button.childNodes];
  const { picture, width, height, name } = button.dataset;
  const image = element("img", "", { alt: name });
  const size = fitted({ width: Number(width), height: Number(height) }, LARGEST);
  const draw = (className, content) => {
    button.className = className;
    button.replaceChildren(...content);
    button.style.width = className === "file-picture" ? `${size.width}px` : "";
    button.style.aspectRatio = className === "file-picture" ? `${size.width} / ${size.height}` : "";
  };
  const [download] = button.querySelectorAll(".off-screen");
  draw("file-picture", [download, image]);
  whenNear(button, () => {
    pictures.take(picture).then(
      (url) => (image.src = url),
      () => draw("file-row", row),
    );
  });
}
