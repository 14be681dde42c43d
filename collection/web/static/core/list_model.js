/** A list of images that is not the list of the query, walked by a grid as if it were. */

export class ListModel {
  ids = [];
  selection = new Set();
  query = "";
  #places = new Map();

  /** @param {import("./app.js").App} app @param {() => void} marked what to do when the selection changes */
  constructor(app, marked) {
    this.app = app;
    this.marked = marked;
  }

  fill(ids) {
    this.ids = ids;
    this.#places = new Map(ids.map((id, place) => [id, place]));
    this.selection = new Set([...this.selection].filter((id) => this.#places.has(id)));
  }

  get cursor() {
    return this.app.cursor;
  }

  place(id) {
    return this.#places.get(id) ?? -1;
  }

  /** What decisions are about: the selection of this list, else the image under the cursor if it is in the list. */
  targets() {
    if (this.selection.size) return [...this.selection];
    return this.place(this.cursor) < 0 ? [] : [this.cursor];
  }

  moveTo(id) {
    const moves = this.place(id) >= 0 && id !== this.cursor;
    if (moves) this.app.lookAt(id);
    return moves;
  }

  step(places) {
    const to = Math.min(Math.max(0, this.place(this.cursor) + places), this.ids.length - 1);
    return this.moveTo(this.ids[to]);
  }

  select(ids) {
    this.selection = new Set(ids);
    this.marked();
    this.app.tell("selection");
  }

  known = (id) => this.app.known(id);
  details = (ids) => this.app.details(ids);
  tell = (name) => this.app.tell(name);
  go = (view) => this.app.openAt(this.cursor, view);
}
