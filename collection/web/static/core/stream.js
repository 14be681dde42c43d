/** What the server tells unasked: each of its events becomes an event of `stream`, its JSON as `detail`. */

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

const TOLD = ["changed", "version", "choosing", "job"];

export function listen() {
  const source = new EventSource("/api/stream");
  for (const name of TOLD) {
    source.addEventListener(name, ({ data }) => stream.dispatchEvent(new CustomEvent(name, { detail: JSON.parse(data) })));
  }
  source.addEventListener("open", () => stream.dispatchEvent(new Event("here"))); // also after the line was broken
  addEventListener("pagehide", () => source.close());
}
