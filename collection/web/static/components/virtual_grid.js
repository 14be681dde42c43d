/** A grid of pictures. Only the rows in sight are in the document, whatever the length of the list. */

import { element } from "../core/element.js";
import { keep, setting } from "../core/settings.js";
import { sayWrong } from "../core/status.js";
import { empty, fill, tile } from "./tile.js";

/** @import { ImageList } from "../core/types.js" */

const GAP = 8;
const AHEAD = 1; // rows kept ready above and below
const SMALLEST = 112;
const BIGGEST = 480;
const LONG_PRESS = 450; // milliseconds
const TALLEST = 15_000_000; // pixels: browsers lay out nothing much taller

/**
 * The keys that walk a grid.
 * @param {VirtualGrid} grid
 * @param {ImageList} list
 */
export function gridKeys(grid, list) {
  /** @param {number} factor */
  const resize = (factor) =>
    keep("size", Math.round(Math.min(BIGGEST, Math.max(SMALLEST, setting("size") * factor)) / 8) * 8);
  /** @param {() => number} places */
  const extend = (places) => () => {
    grid.anchor ??= list.cursor;
    if (list.step(places()) && list.cursor !== null) grid.selectTo(list.cursor);
  };
  /** @param {() => number} places */
  const walk = (places) => () => {
    grid.anchor = null;
    list.step(places());
  };
  return {
    left: walk(() => -1),
    right: walk(() => 1),
    up: walk(() => -grid.columns),
    down: walk(() => grid.columns),
    pageUp: walk(() => -grid.columns * grid.rowsInSight),
    pageDown: walk(() => grid.columns * grid.rowsInSight),
    first: walk(() => -list.ids.length),
    last: walk(() => list.ids.length),
    extendLeft: extend(() => -1),
    extendRight: extend(() => 1),
    extendUp: extend(() => -grid.columns),
    extendDown: extend(() => grid.columns),
    toggle: () => list.cursor !== null && grid.toggle(list.cursor),
    enter: () => list.go("loupe"),
    bigger: () => resize(1.25),
    smaller: () => resize(0.8),
  };
}

export class VirtualGrid {
  /** Where a range of the selection began. @type {number | null} */
  anchor = null;
  /** Sides of a tile and of what it takes, and of the whole list, in pixels. */
  side = 0;
  row = 1;
  height = 0;
  /** What stands where there is no image. @type {HTMLElement | null} */
  empty = null;
  columns = 1;
  /** By place in the list. @type {Map<number, HTMLElement>} */
  #tiles = new Map();
  /** @type {HTMLElement} */
  #place;
  /** @type {HTMLElement[]} */
  #spare = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #asked;
  /** Whether the last pointer was a finger, and whether it stayed for long. */
  #touch = false;
  #held = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #holds;

  /** @param {HTMLElement} place @param {ImageList} list */
  constructor(place, list) {
    this.list = list;
    this.#place = place;
    this.ground = element("div", { class: "ground" });
    this.element = element(
      "div",
      {
        class: "virtual-grid", role: "listbox", tabindex: "0", "aria-label": "Images", "aria-multiselectable": "true",
        scroll: () => (this.#letGo(), this.#draw()), pointerdown: (event) => this.#pressed(event), pointerup: () => this.#letGo(), pointercancel: () => this.#letGo(),
        contextmenu: (event) => this.#touch && event.preventDefault(), click: (event) => this.#clicked(event), dblclick: (event) => this.#opened(event),
      },
      this.ground,
    );
    place.append(this.element);
    this.sizes = new ResizeObserver(() => this.#resized());
    this.sizes.observe(this.element);
    this.element.focus({ preventScroll: true });
    this.reset();
  }

  end() {
    this.sizes.disconnect();
    clearTimeout(this.#asked);
  }

  /** Lay everything out again: the list, the size of the pictures or that of the window changed. */
  reset() {
    const count = this.list.ids.length;
    this.#release(() => true);
    this.#measure();
    this.empty?.remove();
    this.empty = count ? null : this.#place.appendChild(empty(this.list));
    this.#draw();
    this.follow();
  }

  /** Ask again for what is in sight and not known. */
  renew() {
    this.#ask();
  }

  redraw(ids = null) {
    const changed = ids ? new Set(ids) : null;
    for (const [place, made] of this.#tiles) {
      const id = this.list.ids[place];
      if (!changed || changed.has(id)) this.#fill(made, id);
    }
  }

  /** Bring the cursor into sight, and show it. */
  follow() {
    const place = this.list.place(this.list.cursor);
    if (place >= 0) {
      const [top, sight] = [Math.floor(place / this.columns) * this.row, this.element.clientHeight];
      const from = this.#top();
      if (top < from) this.#scrollTo(top);
      else if (top + this.row + GAP > from + sight) this.#scrollTo(top + this.row + GAP - sight); // its frame, too
    }
    this.#draw();
    this.mark();
  }

  /** Show which tiles are selected and which one has the cursor. */
  mark() {
    for (const [place, made] of this.#tiles) {
      const id = this.list.ids[place];
      const here = id === this.list.cursor;
      made.setAttribute("aria-selected", String(this.list.selection.has(id)));
      made.classList.toggle("cursor", here);
      if (here) this.element.setAttribute("aria-activedescendant", made.id);
    }
  }

  get rowsInSight() {
    return Math.max(1, Math.floor(this.element.clientHeight / this.row));
  }

  /** @param {number} id */
  toggle(id) {
    const next = new Set(this.list.selection);
    if (!next.delete(id)) next.add(id);
    this.anchor = id;
    this.list.select(next);
  }

  /** @param {number} id */
  selectTo(id) {
    const [from, to] = [this.list.place(this.anchor ?? this.list.cursor), this.list.place(id)];
    this.list.select(this.list.ids.slice(Math.min(from, to), Math.max(from, to) + 1));
  }

  #resized() {
    const before = [this.columns, this.side];
    this.#measure();
    if (before[0] !== this.columns || before[1] !== this.side) this.reset();
    else this.#draw();
  }

  #measure() {
    const width = this.element.clientWidth - GAP;
    this.columns = Math.max(2, Math.floor(width / (setting("size") + GAP)));
    this.side = Math.floor(width / this.columns) - GAP;
    this.row = this.side + GAP;
    this.height = Math.ceil(this.list.ids.length / this.columns) * this.row + GAP;
    this.ground.style.height = `${Math.min(this.height, TALLEST)}px`;
    this.ground.style.setProperty("--side", `${this.side}px`);
  }

  // A list taller than TALLEST is scrolled through faster than it gridKeys.

  #ratio() {
    const sight = this.element.clientHeight;
    return this.height > TALLEST ? (this.height - sight) / (TALLEST - sight) : 1;
  }

  #top() {
    return this.element.scrollTop * this.#ratio();
  }

  /** @param {number} top */
  #scrollTo(top) {
    this.element.scrollTop = top / this.#ratio();
  }

  #draw() {
    const [top, count] = [this.#top(), this.list.ids.length];
    const first = Math.max(0, Math.floor(top / this.row) - AHEAD) * this.columns;
    const rows = Math.ceil(this.element.clientHeight / this.row) + 1 + 2 * AHEAD;
    const last = Math.min(count, first + rows * this.columns);
    const shift = this.element.scrollTop - top;
    this.#release((place) => place < first || place >= last);
    /** @type {number[]} */
    const fresh = [];
    for (let place = first; place < last; place++) {
      const made = this.#tiles.get(place) ?? this.#take(place, fresh);
      const left = GAP + (place % this.columns) * this.row;
      const down = GAP + Math.floor(place / this.columns) * this.row + shift;
      const moved = `translate(${left}px, ${down}px)`;
      if (made.style.transform !== moved) made.style.transform = moved;
    }
    if (fresh.length) this.mark();
    if (fresh.some((id) => !this.list.known(id))) this.#ask();
  }

  /** @param {number} place @param {number[]} fresh */
  #take(place, fresh) {
    const made = this.#spare.pop() ?? this.ground.appendChild(tile());
    const id = this.list.ids[place];
    made.hidden = false;
    made.id = `image-${id}`;
    made.setAttribute("aria-posinset", String(place + 1));
    made.setAttribute("aria-setsize", String(this.list.ids.length));
    this.#tiles.set(place, made);
    this.#fill(made, id);
    fresh.push(id);
    return made;
  }

  /** @param {HTMLElement} made @param {number} id */
  #fill(made, id) {
    fill(made, id, this.list.known(id), this.list.said, this.list.added?.has(id));
  }

  /** @param {(place: number) => boolean} gone */
  #release(gone) {
    for (const [place, made] of this.#tiles) {
      if (!gone(place)) continue;
      this.#tiles.delete(place);
      made.hidden = true;
      made.removeAttribute("id");
      this.#spare.push(made);
    }
  }

  /** Fetch what is in sight once the scrolling is slow enough to see it. */
  #ask() {
    clearTimeout(this.#asked);
    this.#asked = setTimeout(async () => {
      const ids = [...this.#tiles.keys()].map((place) => this.list.ids[place]);
      await this.list.details(ids).catch(sayWrong);
      this.redraw();
      this.list.tell("loaded");
    }, this.#asked ? 40 : 0);
  }

  /** A finger that stays on a picture selects it; from then on each tap selects. @param {PointerEvent} event */
  #pressed(event) {
    const made = tileUnder(event);
    this.#touch = event.pointerType === "touch";
    this.#held = false;
    if (!this.#touch || !made) return;
    this.#holds = setTimeout(() => {
      this.#held = true;
      navigator.vibrate?.(10);
      this.toggle(Number(made.dataset.id));
    }, LONG_PRESS);
  }

  #letGo() {
    clearTimeout(this.#holds);
  }

  /** @param {MouseEvent} event */
  #clicked(event) {
    const made = tileUnder(event);
    if (!made || this.#held) return;
    const id = Number(made.dataset.id);
    if (this.#touch && this.list.selection.size) {
      this.toggle(id);
    } else if (event.shiftKey) {
      this.anchor ??= this.list.cursor;
      this.list.moveTo(id);
      this.selectTo(id);
    } else if (event.ctrlKey || event.metaKey) {
      this.list.moveTo(id);
      this.toggle(id);
    } else {
      this.anchor = id;
      if (this.list.selection.size) this.list.select([]);
      this.list.moveTo(id);
    }
  }

  /** @param {MouseEvent} event */
  #opened(event) {
    if (tileUnder(event)) this.list.go("loupe");
  }
}

/** The tile that an event is about. @param {Event} event @returns {HTMLElement | null} */
const tileUnder = (event) => (event.target instanceof Element ? event.target.closest(".tile") : null);
