/** Plays a story in Firefox, then in WebKit; BROWSERS names the one that is wanted. */
import { describe } from "node:test";
import { Firefox } from "./firefox.js";
import { WebKit } from "./webkit.js";

const BROWSERS = { firefox: Firefox, webkit: WebKit };
const wanted = process.env.BROWSERS?.split(" ") ?? Object.keys(BROWSERS);

export function inEach(title, tell) {
  for (const name of wanted) {
    if (!BROWSERS[name]) throw new Error(`there is no browser ${name}, only ${Object.keys(BROWSERS).join(" and ")}`);
    describe(`${title}, ${name}`, () => tell(BROWSERS[name]));
  }
}
