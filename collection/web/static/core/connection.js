/** Whether the server can be reached, and takes what this page sends: "here" until something says otherwise. */

/**
 * @typedef {"here" | "away" | "closed" | "other" | "unable"} Line
 *   away: no answer; closed: the link holds no longer; other: another name has come into this browser;
 *   unable: the server answers, and cannot keep anything now
 */

/** The event "change" of it says that one of the fields did. */
class Connection extends EventTarget {
  /** @type {Line} */
  line = "here";
  /** What the server said of it. */
  why = "";
  /** Whose browser this is now, where it is another's. */
  other = "";

  /** @param {Line} line @param {{error?: string, other?: string}} [said] */
  is(line, { error = "", other = "" } = {}) {
    if (line === this.line && error === this.why) return;
    Object.assign(this, { line, why: error, other });
    this.dispatchEvent(new Event("change"));
  }
}

export const connection = new Connection();

/**
 * Call `then` whenever the line becomes another.
 * @param {(line: Line) => unknown} then
 */
export const onLine = (then) => connection.addEventListener("change", () => then(connection.line));
