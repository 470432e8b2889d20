/** A client of the firm, by the same requests that the site makes. */
import assert from "node:assert/strict";

const post = (url, body, headers = {}) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** Writes through the contact form. The id of the message. */
export async function writeAsClient(server, form) {
  const answer = await post(`${server.url}/api/contact`, form);
  assert.equal(answer.status, 201);
  return (await answer.json()).data.id;
}

/** What opens the client's page of a message. */
async function key(server, message) {
  const { threadUrl } = await server.api(`/api/admin/messages/${message}`);
  return { Authorization: `Manage ${threadUrl.split("#")[1]}` };
}

export async function replyAsClient(server, message, content) {
  const headers = await key(server, message);
  const answer = await post(`${server.url}/api/messages/${message}/replies`, { content }, headers);
  assert.equal(answer.status, 201);
}

/** The texts that the client's page shows after their message. */
export async function seenByClient(server, message) {
  const answer = await fetch(`${server.url}/api/messages/${message}`, { headers: await key(server, message) });
  return (await answer.json()).data.thread.map(({ content }) => content);
}
