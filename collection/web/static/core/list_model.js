/** A list of images that is not the list of the query, walked by a wall as if it were. */

export class Shelf {
  ids = [];
  selection = new Set();
  query = "";
  #places = new Map();

  /** @param {import("./app.js").Room} room @param {() => void} marked what to do when the selection changes */
  constructor(room, marked) {
    this.room = room;
    this.marked = marked;
  }

  fill(ids) {
    this.ids = ids;
    this.#places = new Map(ids.map((id, place) => [id, place]));
    this.selection = new Set([...this.selection].filter((id) => this.#places.has(id)));
  }

  get cursor() {
    return this.room.cursor;
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
    if (moves) this.room.lookAt(id);
    return moves;
  }

  step(places) {
    const to = Math.min(Math.max(0, this.place(this.cursor) + places), this.ids.length - 1);
    return this.moveTo(this.ids[to]);
  }

  select(ids) {
    this.selection = new Set(ids);
    this.marked();
    this.room.tell("selection");
  }

  known = (id) => this.room.known(id);
  details = (ids) => this.room.details(ids);
  tell = (name) => this.room.tell(name);
  go = (view) => this.room.openAt(this.cursor, view);
}
