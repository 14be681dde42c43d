/** What the server says: JSON, or an error with `error` (what is wrong) and `hint` (what to do). */

export class Refusal extends Error {
  /** @param {{error: string, hint?: string | null}} said */
  constructor(said, status = 0) {
    super(said.error);
    this.error = said.error;
    this.hint = said.hint ?? "";
    this.status = status;
  }
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {string} [accept]
 * @returns {Promise<Response>} the answer, if it is one of success
 */
export async function ask(method, path, body, accept = "application/json") {
  /** @type {Record<string, string>} */
  const headers = { accept, "x-collection": "1" };
  if (body !== undefined) headers["content-type"] = "application/json";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const keepalive = method === "POST" && sent !== undefined && sent.length < 30_000; // a vote outlives the page it was cast on
  const answer = await fetch(path, { method, headers, body: sent, keepalive, priority: "high" }).catch(() => {
    throw new Refusal({ error: "the server does not answer", hint: "is `collection review` still running?" });
  });
  if (!answer.ok) throw new Refusal(await said(answer), answer.status);
  return answer;
}

/** @param {Response} answer */
async function said(answer) {
  const value = await answer.json().catch(() => null);
  return value?.error ? value : { error: `the server answered ${answer.status}`, hint: "load the page again" };
}

/** @param {string} method @param {string} path @param {unknown} [body] */
const json = async (method, path, body) => (await ask(method, path, body)).json();

/** @param {string} path */
export const get = (path) => json("GET", path);
/** @param {string} path @param {unknown} [body] */
export const post = (path, body = {}) => json("POST", path, body);
/** @param {string} path */
export const remove = (path) => json("DELETE", path);

/**
 * The numbers of the images that a query means, in its order.
 * @param {string} query
 * @returns {Promise<{ids: Uint32Array, version: number}>}
 */
export async function numbers(query) {
  const answer = await ask("GET", `/api/ids?${new URLSearchParams({ q: query })}`, undefined, "application/octet-stream");
  return { ids: new Uint32Array(await answer.arrayBuffer()), version: Number(answer.headers.get("x-version")) };
}
