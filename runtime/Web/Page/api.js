// Requests to the host. Paths are relative, so the page also works behind a reverse proxy with a prefix.

/** A request that the host refused: status and the reason it gave. */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** GET of a JSON document; the signal, if there is one, ends it. */
export const get = (path, signal) => request(path, { signal });

/** POST of a JSON document. The header keeps other sites from sending requests in the name of the user. */
export const post = (path, body) => request(path, {
  method: "POST",
  headers: { "Content-Type": "application/json", "X-Plant-Request": "1" },
  body: JSON.stringify(body ?? {}),
});

async function request(path, options) {
  const response = await fetch(path, { credentials: "same-origin", cache: "no-store", ...options });
  const text = await response.text();
  let document = null;
  try {
    document = text ? JSON.parse(text) : null;
  } catch {
    document = null;
  }

  if (!response.ok) throw new ApiError(response.status, document?.detail ?? `${response.status} ${response.statusText}`);
  return document;
}
