/** What the server says: JSON, or an error with `error` (what is wrong) and `hint` (what to do). */

import { connection } from "./connection.js";

/** @import { Line } from "./connection.js" */
/** @typedef {{curator: string, room: string}} Under the name that a page was opened under, and the room */

/** What an error means for the line; 502 and 504 are of a proxy before a server that is away. @type {Map<number, Line>} */
const LINES = new Map([[0, "away"], [401, "closed"], [502, "away"], [503, "unable"], [504, "away"]]);

/** Bytes of a request that outlives its page: browsers send none of more than 64 KiB so, all that are on their way together. */
const LASTING = 30_000;
/** How many bytes a text is on its way. @param {string} text */
export const bytes = (text) => new Blob([text]).size;

export class Refusal extends Error {
  /** @param {{error: string, hint?: string | null, other?: string, images?: number[], blind?: boolean}} said */
  constructor(said, status = 0) {
    super(said.error);
    this.error = said.error;
    this.hint = said.hint ?? "";
    this.status = status;
    this.other = said.other ?? "";
    /** The images that stand in the way. @type {number[]} */
    this.images = said.images ?? [];
    /** Whether it would show what others said. */
    this.blind = said.blind ?? false;
  }

  /** What it says of the line; null where it is about the request. @returns {Line | null} */
  get line() {
    return this.other ? "other" : LINES.get(this.status) ?? null;
  }

  /** Whether the server made a mistake: the request may be right. */
  get isMistake() {
    return this.status >= 500 && !this.passes;
  }

  /** Whether the same request may be taken later. */
  get passes() {
    return this.line !== null;
  }
}

/** @param {string} name @returns {string} */
const meta = (name) => document.querySelector(`meta[name="${name}"]`)?.getAttribute("content") ?? "";

/** Whose page this is: it stays so, whoever comes into this browser later. @returns {Under} */
export const under = () => ({ curator: meta("curator"), room: meta("room") });

/**
 * The address of a file that a link leads to: it says whose page the link is on, as the headers of `ask` do.
 * @param {string} path
 * @param {Record<string, string>} [query]
 */
export function fileAddress(path, query = {}) {
  const { curator, room } = under();
  return `${path}?${new URLSearchParams({ ...query, as: curator, room })}`;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @param {string} [accept]
 * @param {Under} [as]
 * @returns {Promise<Response>} the answer, if it is one of success
 */
export async function ask(method, path, body, accept = "application/json", as = under()) {
  /** @type {Record<string, string>} */
  const headers = { accept, "x-collection": "1", "x-collection-curator": encodeURIComponent(as.curator), "x-collection-room": as.room };
  if (body !== undefined) headers["content-type"] = "application/json";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const keepalive = method === "POST" && sent !== undefined && bytes(sent) < LASTING; // a vote outlives the page it was cast on
  const answer = await fetch(path, { method, headers, body: sent, keepalive, priority: "high" }).catch(lost);
  if (!answer.ok) throw heard(new Refusal(await said(answer), answer.status));
  if (connection.line !== "unable") connection.is("here"); // that one only a kept decision ends
  return answer;
}

/** @returns {never} */
function lost() {
  throw heard(new Refusal({ error: "the server does not answer", hint: "is `collection review` still running?" }));
}

/** Take over what a refusal says of the line. @param {Refusal} refusal */
function heard(refusal) {
  if (refusal.line && refusal.status !== 503) connection.is(refusal.line, refusal); // a missing file is no broken line
  return refusal;
}

/** @param {Response} answer */
async function said(answer) {
  const value = await answer.json().catch(() => null);
  return value?.error ? value : { error: `the server answered ${answer.status}`, hint: "load the page again" };
}

/** @param {string} path */
export const get = async (path) => (await ask("GET", path)).json().catch(lost);
/** @param {string} path */
export const remove = async (path) => (await ask("DELETE", path)).json().catch(lost);

/**
 * @param {string} path
 * @param {unknown} [body]
 * @param {Under} [as]
 */
export async function post(path, body = {}, as = under()) {
  const answer = await ask("POST", path, body, "application/json", as);
  return answer.json().catch(lost);
}

/**
 * The numbers of the images that a query means, in its order.
 * @param {string} query
 * @returns {Promise<{ids: Uint32Array, version: number}>}
 */
export async function numbers(query) {
  const answer = await ask("GET", `/api/ids?${new URLSearchParams({ q: query })}`, undefined, "application/octet-stream");
  return { ids: new Uint32Array(await answer.arrayBuffer().catch(lost)), version: Number(answer.headers.get("x-version")) };
}
