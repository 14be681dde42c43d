/** The views of the room, in the order of their tabs, and which of them is shown. */

import * as compare from "./compare.js";
import * as duel from "./pairwise.js";
import * as grid from "./grid.js";
import * as help from "./help.js";
import * as jobs from "./jobs.js";
import * as lineage from "./lineage.js";
import * as loupe from "./loupe.js";
import * as people from "./people.js";
import * as set from "./set.js";
import * as stacks from "./stacks.js";
import * as survey from "./survey.js";

/** @type {{name: string, key: string, title: string, mount: (element: HTMLElement, room: any) => () => void}[]} */
export const VIEWS = [
  grid,
  loupe,
  compare,
  survey,
  stacks,
  duel,
  lineage,
  set,
  people,
  jobs,
  help,
];

/** Show the view that the address names, now and whenever it changes. */
export function showViews(place, room) {
  let leave = () => {};
  room.on("view", () => {
    leave();
    const view = VIEWS.find(({ name }) => name === room.view) ?? grid;
    place.replaceChildren();
    place.dataset.view = view.name;
    [room.sight, room.aim] = [{ scores: true }, null];
    leave = view.mount(place, room);
    room.tell("shown");
    for (const tab of document.querySelectorAll("[data-view-tab]")) {
      if (tab.dataset.viewTab === view.name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
  });
}
