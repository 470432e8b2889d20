/** A client of the firm, by the same requests that the site makes. */
import assert from "node:assert/strict";

const post = (url, body, headers = {}) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

/** Writes through the contact form, with files as `uploaded` takes them. The id of the message. */
export async function writeAsClient(server, form, files = []) {
  const answer = await post(`${server.url}/api/contact`, { ...form, ...(await attached(server, files)) });
  assert.equal(answer.status, 201);
  return (await answer.json()).data.id;
}

/** What names files in a contact form: they are uploaded for its token. */
async function attached(server, files) {
  if (!files.length) return {};
  const { data } = await (await fetch(`${server.url}/api/form-token`)).json();
  const headers = { Authorization: `Form ${data.formToken}` };
  return { formToken: data.formToken, files: await uploaded(`${server.url}/api/contact/files`, files, headers) };
}

/** What opens the client's page of a message. */
async function key(server, message) {
  const { threadUrl } = await server.api(`/api/admin/messages/${message}`);
  return { Authorization: `Manage ${threadUrl.split("#")[1]}` };
}

export async function replyAsClient(server, message, content, files = []) {
  const headers = await key(server, message);
  const place = `${server.url}/api/messages/${message}`;
  const ids = await uploaded(`${place}/files`, files, headers);
  const answer = await post(`${place}/replies`, { content, ...(ids.length && { files: ids }) }, headers);
  assert.equal(answer.status, 201);
}

/** Ids of files that are uploaded: each is {name, type, bytes}. */
async function uploaded(url, files, headers) {
  const ids = [];
  for (const { name, type, bytes } of files) {
    const form = new FormData();
    form.append("file", new File([bytes], name, { type }));
    const answer = await fetch(url, { method: "POST", headers, body: form });
    assert.equal(answer.status, 201, name);
    ids.push((await answer.json()).data.fileId);
  }
  return ids;
}

/** The texts that the client's page shows after their message. */
export async function seenByClient(server, message) {
  const answer = await fetch(`${server.url}/api/messages/${message}`, { headers: await key(server, message) });
  return (await answer.json()).data.thread.map(({ content }) => content);
}
