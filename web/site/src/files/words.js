/** What is known of a file without its bytes: its size in words, how large its picture is shown, where it comes from. */
const PICTURE = /^image\/(jpeg|png|webp)$/;
const UNITS = ["kB", "MB", "GB"];
/** The place of a picture whose size is not known. */
const UNKNOWN = { width: 4, height: 3 };

/** Browsers draw it, and the server has a small copy of it. Everything else is downloaded. */
export const isPicture = ({ type }) => PICTURE.test(type);

/** "1 byte", "840 bytes", "1.2 kB", "34 kB", "10 MB": of a thousand each, as the settings count. */
export function sizeInWords(bytes) {
  if (bytes < 1000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  let size = bytes;
  let unit = -1;
  do {
    size /= 1000;
    unit++;
    // 999.9 kB reads as 1 MB.
  } while (Math.round(size) >= 1000 && unit < UNITS.length - 1);
  return `${size < 9.95 ? Number(size.toFixed(1)) : Math.round(size)} ${UNITS[unit]}`;
}

/** "PDF", of the name; "" without an ending. */
export const endingOf = ({ name }) => (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? "").toUpperCase();

/** As large as it is, within `most`; never so narrow that it could not be pressed. */
export function fitted({ width, height }, most) {
  if (!width || !height) ({ width, height } = { width: most.width, height: (most.width * UNKNOWN.height) / UNKNOWN.width });
  const scale = Math.min(1, most.width / width, most.height / height);
  return { width: Math.max(44, Math.round(width * scale)), height: Math.max(44, Math.round(height * scale)) };
}

/** The files of a paste. What has text as well, such as cells of a table, is pasted as text. */
export function pastedFiles(data, name) {
  if (!data || [...data.types].includes("text/plain")) return [];
  return [...data.files].map((file) => (file.name === "image.png" ? new File([file], name, { type: file.type }) : file));
}

/** Something is dragged that has files. */
export const hasFiles = (data) => Boolean(data && [...data.types].includes("Files"));
