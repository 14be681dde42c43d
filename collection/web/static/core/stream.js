/** What the server tells unasked: each of its events becomes an event of `stream`, its JSON as `detail`. */

import { follow } from "./event_source.js";

/** @import { Told } from "./event_source.js" */
/** @import { Word } from "./stream_worker.js" */

export const stream = new EventTarget();

/**
 * Call `then` with the detail of every event of that name; returns what ends that.
 * @param {string} name
 * @param {(detail: any) => unknown} then
 */
export function onStream(name, then) {
  /** @param {Event} event */
  const told = (event) => void then(/** @type {CustomEvent} */ (event).detail);
  stream.addEventListener(name, told);
  return () => stream.removeEventListener(name, told);
}

/** @param {Told} told */
const tell = ({ name, detail }) => stream.dispatchEvent(new CustomEvent(name, { detail }));

/** Hear the server for as long as the page is there: by the line of all tabs, where the browser can share one. */
export function listen() {
  const end = shared() ?? whileVisible();
  addEventListener("pagehide", end);
  addEventListener("pageshow", ({ persisted }) => persisted && listen());
}

/** The line that all tabs share; null where the browser has no workers for that. */
function shared() {
  if (!("SharedWorker" in globalThis)) return null;
  const { port } = new SharedWorker(new URL("./stream_worker.js", import.meta.url), { type: "module" });
  port.onmessage = ({ data }) => tell(data);
  return () => port.postMessage(/** @type {Word} */ ("bye"));
}

/** A line of this tab's own, given back to the others while nobody looks at it. */
function whileVisible() {
  let end = follow(tell);
  const turn = () => {
    end();
    if (document.visibilityState !== "visible") tell({ name: "away" }); // what is told meanwhile is caught up with
    else end = follow(tell);
  };
  document.addEventListener("visibilitychange", turn);
  return () => {
    document.removeEventListener("visibilitychange", turn);
    end();
  };
}
