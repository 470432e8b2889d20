/** The server does not take a file, and would not take it the next time either. */
export class Refused extends Error {
  /** `code` is the server's, or `gone`. Where the page has no words of its own for it, `detail` are the server's. */
  constructor(code, detail = "") {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

/** The server answered that it cannot take it now. */
export class Later extends Error {
  constructor(status, wait) {
    super(String(status));
    this.status = status;
    /** Seconds that the server asks for; NaN: it named none. */
    this.wait = wait;
  }
}

const LATER = [401, 408, 425, 429];

/**
 * Sends one file and returns what the server made of it. Throws `Refused`, `Later`, or another error if there was no
 * answer. `progress` gets how much has gone out, from 0 to 1; `fetch` could not tell that.
 */
export function postFile(file, { url, headers, progress, signal }) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const lost = () => failed(new Error("no answer"));
    request.open("POST", url);
    request.responseType = "json";
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = ({ loaded, total }) => progress(total ? loaded / total : 0);
    request.onabort = request.onerror = lost;
    request.onloadend = () => signal.removeEventListener("abort", stop);
    request.onload = () => {
      // Null, if it is something else.
      const { status, response: body } = request;
      if (status === 201 && body?.data?.fileId) done(body.data);
      else if (status >= 500 || LATER.includes(status)) failed(new Later(status, parseFloat(request.getResponseHeader("Retry-After"))));
      else failed(new Refused(body?.code ?? "", body?.errors?.[0]?.message ?? body?.detail ?? ""));
    };
    signal.addEventListener("abort", stop);
    if (signal.aborted) return lost();
    const form = new FormData();
    form.append("file", file, file.name);
    request.send(form);
  });
}
