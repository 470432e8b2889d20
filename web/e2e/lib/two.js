/** Two people of the firm who have signed in, each in a browser of their own. */
import { launch, person, signIn } from "./browser.js";
import { ADMIN, Server } from "./server.js";

export const BEN = { email: "ben@firm.example", password: "three-old-bridges", name: "Ben Okafor", role: "staff" };

/** A server without limits, Chromium, and the two: an admin, and Ben. */
export async function two(env = {}) {
  const free = { TEKVWARHO_RATE_LIMITS: "off", TEKVWARHO_BOT_GUARD: "off" };
  const server = await Server.make({ env: { ...free, ...env }, staff: [ADMIN, BEN] });
  const browser = await launch();
  const [anna, ben] = [await person(browser, server), await person(browser, server)];
  await signIn(anna.page);
  await signIn(ben.page, BEN);
  return { server, browser, anna, ben };
}
