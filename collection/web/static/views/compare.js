/** Two to four pictures side by side, moving together: the first leads, the others try to take its place. */

import { element, icon, labelled } from "../core/element.js";
import { answer, keysOf, once, perform, shown } from "../core/keys.js";
import { Lens, Pane } from "../components/lens.js";
import { say, sayWrong } from "../core/status.js";
import { badges, empty } from "../components/tile.js";

/** @import { App } from "../core/app.js" */

export const name = "compare";
export const key = "c";
export const title = "Compare";

const MOST = 4;

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  if (app.ids.length < 2) {
    place.append(empty(app));
    return app.on("ids", () => app.tell("view"));
  }
  const table = new CompareTable(place, app);
  const ends = [
    app.on("ids", () => app.tell("view")),
    app.on("changed", () => table.redraw()),
    app.on("images", () => table.panes.every(({ asset }) => asset) || table.draw().catch(sayWrong)), // what did not come
    app.on("advance", () => table.next(1).catch(sayWrong)),
    answer({
      left: () => table.next(-1).catch(sayWrong),
      right: () => table.next(1).catch(sayWrong),
      up: once(() => perform("pick")),
      down: once(() => perform("reject")),
      enter: () => table.lead(),
      toggle: () => table.activate((table.active + 1) % table.ids.length),
      putAside: () => table.putAside(table.active),
      bigger: () => table.add(),
      zoom: () => table.panes[0]?.asset && table.lens.toggle(table.panes[0]),
      escape: () => (table.lens.zoom !== 1 ? table.lens.reset() : app.go("grid")),
    }),
    () => table.end(),
  ];
  return () => ends.forEach((end) => end());
}

class CompareTable {
  lens = new Lens();
  /** @type {Pane[]} */
  panes = [];
  /** @type {HTMLElement[]} */
  cells = [];
  /** Which of `ids` decisions are about and the arrows change. */
  active = 1;

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.app = app;
    this.ids = asked(app);
    const chosen = app.several.includes(this.ids[0]) && app.several.length > this.ids.length;
    /** What the arrows walk: the images that were chosen to be compared, else the list. */
    this.pool = chosen ? app.several : app.ids;
    this.said = chosen ? `${this.ids.length} of ${app.several.length} selected: the arrows bring the others. ` : "";
    this.active = this.ids.length - 1;
    app.aim = () => [this.ids[this.active]];
    this.element = element("div", { class: "compare" });
    /** @param {string} text @param {() => unknown} what @param {string} [action] */
    const button = (text, what, action) =>
      element("button", { class: "plain", click: what }, text, action && [" ", element("kbd", {}, keysOf(action).map(shown)[0] ?? "")]);
    place.append(
      this.element,
      element(
        "div",
        { class: "under" },
        button("← other", () => perform("left")),
        button("other →", () => perform("right")),
        button("Take the lead", () => this.lead(), "enter"),
        button("One more", () => this.add(), "bigger"),
        element("span", { class: "quiet" }, this.said),
        element("span", { class: "quiet hint" }, "↑ picks and ↓ rejects the framed one; the next takes its place"),
      ),
    );
    this.draw().catch(sayWrong);
  }

  end() {
    for (const pane of this.panes) pane.end();
  }

  async draw() {
    this.end();
    this.app.note({ ids: this.ids.join(",") });
    this.panes = this.ids.map(() => new Pane(this.lens, (way) => perform({ right: "pick", left: "reject", up: "right", down: "right" }[way])));
    this.cells = this.panes.map((pane, place) =>
      element(
        "figure",
        { pointerdown: () => this.choose(place), focusin: () => this.activate(place), tabindex: 0 },
        pane.element,
        element("figcaption", { class: "marks" }),
        element("button", { class: "aside", "aria-label": "Put aside", click: () => this.putAside(place) }, icon("cross")),
      ),
    );
    this.element.dataset.count = String(this.ids.length);
    this.element.replaceChildren(...this.cells);
    const assets = await this.app.details(this.ids);
    for (const asset of assets) this.panes[this.ids.indexOf(asset.id)]?.show(asset);
    this.redraw();
  }

  redraw() {
    this.cells.forEach((cell, place) => {
      const asset = this.app.known(this.ids[place]);
      const on = place === this.active;
      cell.classList.toggle("active", on);
      cell.setAttribute("aria-label", `${labelled(this.ids[place])}${place ? "" : ", leads"}${on ? ", decided about" : ""}`);
      if (asset) cell.querySelector(".marks")?.replaceChildren(...badges(asset), ...(place ? [] : ["leads"]));
    });
    if (!this.app.moveTo(this.ids[this.active])) this.app.tell("loaded");
  }

  /** A press on another picture frames it, and does no more. @param {number} place */
  choose(place) {
    if (place !== this.active) this.panes[place].noTap();
    this.activate(place);
  }

  /** @param {number} place */
  activate(place) {
    if (place === this.active || place >= this.ids.length) return;
    this.active = place;
    this.redraw();
  }

  /**
   * Another image of the list in the active place: the next one that is not on the table.
   * @param {number} step
   */
  async next(step) {
    const id = this.#free(this.pool.indexOf(this.ids[this.active]), step);
    if (id === undefined) return say("that is the end of the list");
    const place = this.active;
    this.ids[place] = id;
    if (!this.app.known(id)) this.panes[place].clear();
    const [asset] = await this.app.details([id]);
    if (this.ids[place] !== id || !asset) return;
    this.panes[place].show(asset);
    this.app.note({ ids: this.ids.join(",") });
    this.redraw();
  }

  /** The active one changes places with the leader. */
  lead() {
    if (!this.active) return;
    [this.ids[0], this.ids[this.active]] = [this.ids[this.active], this.ids[0]];
    say(`${labelled(this.ids[0])} leads`);
    this.draw().catch(sayWrong);
  }

  add() {
    const id = this.#free(this.pool.indexOf(this.ids[this.ids.length - 1]), 1);
    if (this.ids.length >= MOST || id === undefined) return say(`${MOST} at most`);
    this.active = this.ids.push(id) - 1;
    this.draw().catch(sayWrong);
  }

  /** @param {number} place */
  putAside(place) {
    if (this.ids.length <= 2) return say("two at least: the arrows bring another");
    this.ids.splice(place, 1);
    this.active = Math.min(Math.max(1, this.active), this.ids.length - 1);
    this.draw().catch(sayWrong);
  }

  /** @param {number} from @param {number} step */
  #free(from, step) {
    let at = from + step;
    while (this.ids.includes(this.pool[at])) at += step;
    return this.pool[at];
  }
}

/**
 * What to compare: what the address says, else the selection, else the cursor image and the next.
 * @param {App} app
 */
function asked(app) {
  const named = (app.params.get("ids") ?? "").split(",").map(Number);
  const known = [...new Set([...named, ...app.selection])].filter((id) => app.place(id) >= 0);
  const here = Math.max(0, Math.min(app.place(app.cursor), app.ids.length - 2));
  return known.length > 1 ? known.slice(0, MOST) : [app.ids[here], app.ids[here + 1]];
}
