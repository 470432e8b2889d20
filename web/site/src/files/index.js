/** Files on their way and on the page: what the visitor's pages and the dashboard have in common. */
export { Kept } from "./kept.js";
export { Pictures, whenNear } from "./pictures.js";
export { Later, Refused, postFile } from "./post.js";
export { Uploads, alone } from "./uploads.js";
export { whyNot } from "./why.js";
export { endingOf, fitted, hasFiles, isPicture, pastedFiles, sizeInWords } from "./words.js";
