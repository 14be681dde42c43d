/** One picture as large as the window: the preview at once, then the file; zoom, pan, and its neighbours below. */

import { element, icon } from "../core/element.js";
import { Filmstrip } from "../components/filmstrip.js";
import { answer, perform } from "../core/keys.js";
import { Lens, Pane } from "../components/lens.js";
import { say, sayWrong } from "../core/status.js";
import { badges, empty } from "../components/tile.js";

/** @import { App } from "../core/app.js" */

export const name = "loupe";
export const key = "e";
export const title = "Loupe";

const SWIPES = { right: "pick", left: "reject", up: "right", down: "left" };

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const lens = new Lens();
  const pane = new Pane(lens, (way) => perform(SWIPES[way]));
  const strip = new Filmstrip(app);
  const marks = element("p", { class: "marks" });
  /** @param {"left" | "right"} name @param {string} label */
  const turn = (name, label) => element("button", { class: `turn ${name}`, "aria-label": label, click: () => perform(name) }, icon(name));
  const looking = element("div", { class: "looking" }, pane.element, marks, turn("left", "Previous"), turn("right", "Next"));
  const loupe = element("div", { class: "loupe" }, looking, strip.element);
  place.append(loupe);
  /** @type {HTMLElement | null} */
  let nothing = null;
  app.aim = () => (app.cursor == null ? [] : [app.cursor]);

  const show = async () => {
    const at = app.cursor;
    nothing?.remove();
    loupe.hidden = at === null;
    if (at === null) return void place.append((nothing = empty(app)));
    strip.draw();
    if (!app.known(at)) pane.clear(), marks.replaceChildren();
    const [asset] = (await app.details([at]).catch(sayWrong)) ?? [];
    if (!asset || at !== app.cursor) return;
    pane.show(asset);
    marks.replaceChildren(...badges(asset));
    app.tell("loaded");
    ahead(app).catch(sayWrong);
  };
  const redraw = () => {
    strip.draw();
    const asset = app.known(app.cursor);
    if (asset) marks.replaceChildren(...badges(asset));
  };
  const ends = [
    app.on("cursor", show),
    app.on("ids", show),
    app.on("images", show),
    app.on("changed", redraw),
    app.on("advance", () => app.step(1)),
    answer({
      left: () => app.step(-1),
      right: () => app.step(1),
      up: () => app.step(-1),
      down: () => app.step(1),
      first: () => app.step(-app.ids.length),
      last: () => app.step(app.ids.length),
      zoom: () => pane.asset && lens.toggle(pane),
      enter: () => app.go("grid"),
      escape: () => (lens.zoom !== 1 ? lens.reset() : app.go("grid")),
    }),
    () => pane.end(),
    () => strip.end(),
  ];
  if (matchMedia("(pointer: coarse)").matches) say("swipe right to pick, left to reject, up for the next");
  show();
  return () => ends.forEach((end) => end());
}

/**
 * Have the next previews ready.
 * @param {App} app
 */
async function ahead(app) {
  const at = app.place(app.cursor);
  const near = [1, 2, -1].map((places) => app.ids[at + places]).filter((id) => id !== undefined);
  for (const { preview } of await app.details(near)) new Image().src = preview;
}
