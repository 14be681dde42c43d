/** The neighbours of an image in the list, in a row. */

import { element } from "../core/element.js";
import { sayWrong } from "../core/status.js";
import { fill, tile } from "./tile.js";

/** @import { App } from "../core/app.js" */

const SIDE = 72;

export class Filmstrip {
  /** @type {HTMLElement[]} */
  #tiles = [];

  /** @param {App} app */
  constructor(app) {
    this.app = app;
    this.element = element("div", {
      class: "filmstrip", role: "listbox", "aria-label": "Neighbours",
      click: (event) => {
        const made = event.target.closest(".tile");
        if (made) app.moveTo(Number(made.dataset.id));
      },
    });
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.element);
  }

  end() {
    this.sizes.disconnect();
  }

  async draw() {
    const { app } = this;
    const many = Math.max(1, Math.floor(this.element.clientWidth / SIDE));
    const here = app.place(app.cursor);
    const first = Math.max(0, Math.min(here - Math.floor(many / 2), app.ids.length - many));
    const ids = [...app.ids.slice(first, first + many)];
    this.#show(ids);
    await app.details(ids).catch(sayWrong);
    if (app.cursor === app.ids[here]) this.#show(ids);
  }

  /** @param {number[]} ids */
  #show(ids) {
    while (this.#tiles.length < ids.length) this.#tiles.push(this.element.appendChild(tile()));
    this.#tiles.forEach((made, place) => {
      const id = ids[place];
      made.hidden = id === undefined;
      if (made.hidden) return;
      fill(made, id, this.app.known(id));
      made.setAttribute("aria-selected", String(id === this.app.cursor));
      made.classList.toggle("cursor", id === this.app.cursor);
    });
  }
}
