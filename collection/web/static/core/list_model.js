/** A list of images that is not the list of the query, walked by a grid as if it were. */

/** @import { App } from "./app.js" */

export class ListModel {
  /** @type {number[]} */
  ids = [];
  /** @type {Set<number>} */
  selection = new Set();
  query = "";
  /** @type {[string, string] | undefined} */
  none = undefined;
  /** @type {((asset: import("./types.js").Asset) => string) | undefined} */
  said = undefined;
  /** @type {Set<number> | undefined} */
  added = undefined;
  /** @type {Map<number, number>} */
  #places = new Map();

  /** @param {App} app @param {() => void} marked what to do when the selection changes */
  constructor(app, marked) {
    this.app = app;
    this.marked = marked;
  }

  /** @param {number[]} ids */
  fill(ids) {
    this.ids = ids;
    this.#places = new Map(ids.map((id, place) => [id, place]));
    this.selection = new Set([...this.selection].filter((id) => this.#places.has(id)));
  }

  get cursor() {
    return this.app.cursor;
  }

  /** @param {number | null} id */
  place(id) {
    return id === null ? -1 : this.#places.get(id) ?? -1;
  }

  /** What decisions are about: the selection of this list, else the image under the cursor if it is in the list. */
  targets() {
    if (this.selection.size) return [...this.selection];
    return this.cursor === null || this.place(this.cursor) < 0 ? [] : [this.cursor];
  }

  /** @param {number} id */
  moveTo(id) {
    const moves = this.place(id) >= 0 && id !== this.cursor;
    if (moves) this.app.lookAt(id);
    return moves;
  }

  /** @param {number} places */
  step(places) {
    const to = Math.min(Math.max(0, this.place(this.cursor) + places), this.ids.length - 1);
    return this.moveTo(this.ids[to]);
  }

  /** @param {Iterable<number>} ids */
  select(ids) {
    this.selection = new Set(ids);
    this.marked();
    this.app.tell("selection");
  }

  /** @param {number | null} id */
  known = (id) => this.app.known(id);
  /** @param {number[]} ids */
  details = (ids) => this.app.details(ids);
  /** @param {string} name */
  tell = (name) => this.app.tell(name);
  /** @param {string} view */
  go = (view) => this.app.openAt(this.cursor, view);
}
