/** The neighbours of an image in the list, in a row. */

import { element } from "../core/element.js";
import { fill, tile } from "./tile.js";

const SIDE = 72;

export class Filmstrip {
  #tiles = [];

  constructor(room) {
    this.room = room;
    this.element = element("div", {
      class: "filmstrip", role: "listbox", "aria-label": "Neighbours",
      click: (event) => {
        const made = event.target.closest(".tile");
        if (made) room.moveTo(Number(made.dataset.id));
      },
    });
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.element);
  }

  end() {
    this.sizes.disconnect();
  }

  async draw() {
    const { room } = this;
    const many = Math.max(1, Math.floor(this.element.clientWidth / SIDE));
    const here = room.place(room.cursor);
    const first = Math.max(0, Math.min(here - Math.floor(many / 2), room.ids.length - many));
    const ids = [...room.ids.slice(first, first + many)];
    this.#show(ids);
    await room.details(ids);
    if (room.cursor === room.ids[here]) this.#show(ids);
  }

  #show(ids) {
    while (this.#tiles.length < ids.length) this.#tiles.push(this.element.appendChild(tile()));
    this.#tiles.forEach((made, place) => {
      const id = ids[place];
      made.hidden = id === undefined;
      if (made.hidden) return;
      fill(made, id, this.room.known(id));
      made.setAttribute("aria-selected", String(id === this.room.cursor));
      made.classList.toggle("cursor", id === this.room.cursor);
    });
  }
}
