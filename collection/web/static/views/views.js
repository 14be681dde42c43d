/** The views, in the order of their tabs, and which of them is shown. */

import * as compare from "./compare.js";
import * as cull from "./cull.js";
import * as pairwise from "./pairwise.js";
import * as grid from "./grid.js";
import * as help from "./help.js";
import * as jobs from "./jobs.js";
import * as lineage from "./lineage.js";
import * as loupe from "./loupe.js";
import * as map from "./map.js";
import * as agreement from "./agreement.js";
import * as set from "./set.js";
import * as stacks from "./stacks.js";
import * as survey from "./survey.js";

/** @import { App } from "../core/app.js" */

/** @type {{name: string, key: string, title: string, mount: (element: HTMLElement, app: any) => () => void}[]} */
export const VIEWS = [
  grid,
  loupe,
  compare,
  survey,
  cull,
  map,
  stacks,
  pairwise,
  lineage,
  set,
  agreement,
  jobs,
  help,
];

/**
 * Show the view that the address names, now and whenever it changes.
 * @param {HTMLElement} place
 * @param {App} app
 */
export function showViews(place, app) {
  let leave = () => {};
  app.on("view", () => {
    leave();
    const view = VIEWS.find(({ name }) => name === app.view) ?? grid;
    place.replaceChildren();
    place.dataset.view = view.name;
    [app.sight, app.aim] = [{ scores: true }, null];
    leave = view.mount(place, app);
    app.tell("shown");
    for (const tab of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-view-tab]"))) {
      if (tab.dataset.viewTab === view.name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
  });
}
