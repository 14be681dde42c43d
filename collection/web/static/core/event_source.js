/** The events of the server, read by whoever holds the line: a worker for all tabs of the browser, else the tab. */

const TOLD = ["changed", "version", "choosing", "job"];
const AGAIN = 2000; // milliseconds until a line that the server refused is tried again

/** @typedef {{name: string, detail?: any}} Told an event of the server, or "here" and "away" of the line itself */

/**
 * Tell every event from now on; returns what ends that.
 * @param {(told: Told) => void} tell
 */
export function follow(tell) {
  /** @type {EventSource} */
  let source;
  let ended = false;
  const open = () => {
    if (ended) return;
    source = new EventSource("/api/stream");
    for (const name of TOLD) source.addEventListener(name, ({ data }) => tell({ name, detail: JSON.parse(data) }));
    source.addEventListener("open", () => tell({ name: "here" })); // also after the line was broken
    source.addEventListener("error", () => {
      tell({ name: "away" });
      if (source.readyState === EventSource.CLOSED) setTimeout(open, AGAIN); // else the browser tries again by itself
    });
  };
  open();
  return () => {
    ended = true;
    source.close();
  };
}
