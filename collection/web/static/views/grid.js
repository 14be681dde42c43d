/** All images of the query, in a grid. */

import { gridKeys, VirtualGrid } from "../components/virtual_grid.js";
import { answer } from "../core/keys.js";
import { whenSet } from "../core/settings.js";

/** @import { App } from "../core/app.js" */

export const name = "grid";
export const key = "g";
export const title = "Grid";

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const grid = new VirtualGrid(place, app);
  const ends = [
    app.on("ids", () => grid.reset()),
    app.on("changed", (ids) => grid.redraw(ids)),
    app.on("selection", () => grid.mark()),
    app.on("images", () => grid.renew()),
    app.on("cursor", () => grid.follow()),
    app.on("advance", () => app.step(1)),
    whenSet("size", () => grid.reset()),
    whenSet("scores", () => grid.redraw()),
    answer(gridKeys(grid, app)),
    () => grid.end(),
  ];
  return () => ends.forEach((end) => end());
}
