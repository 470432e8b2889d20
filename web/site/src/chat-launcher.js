/** The button of the chat. Everything else loads once somebody is about to use it, or has an open conversation. */
const root = document.getElementById("chat");
const button = root.querySelector("button");
const { connect, sheet: address } = root.dataset;
let loading = null;

const load = () => (loading ??= start());

async function start() {
  const sheet = Object.assign(document.createElement("link"), { rel: "stylesheet", href: address });
  try {
    const styled = new Promise((done, failed) => Object.assign(sheet, { onload: done, onerror: failed }));
    document.head.append(sheet);
    const [{ mount }] = await Promise.all([import("./chat/chat.js"), styled]);
    return mount(root);
  } catch (error) {
    loading = null;
    sheet.remove();
    throw error;
  }
}

/** This browser has a conversation, or something that was not sent. */
function hasOpen() {
  try {
    return Object.entries(localStorage).some(([key, value]) => key.startsWith("chat-out-") || (key === "chat" && value.includes("sessionId"))) || sessionStorage.getItem("chat-shown");
  } catch {
    return false;
  }
}

const quietly = () => void load().catch(() => {});

button.hidden = false;
for (const sign of ["pointerenter", "focus"]) button.addEventListener(sign, quietly, { once: true });
button.addEventListener("click", async () => {
  // Without its files, the contact form does.
  const chat = await load().catch(() => location.assign("/contact"));
  chat?.toggle();
});
if (hasOpen()) quietly();
else if (connect === "load") {
  const idle = globalThis.requestIdleCallback ?? ((act) => setTimeout(act, 1_000));
  addEventListener("load", () => idle(quietly));
}
