/** Many pictures at once, as large as they can be: click the weak ones away until the best are left. */

import { element, icon, labelled } from "../core/element.js";
import { answer, PASS } from "../core/keys.js";
import { say, sayWrong } from "../core/status.js";
import { described, badges, empty } from "../components/tile.js";

/** @import { App } from "../core/app.js" */
/** @import { Asset, Flag } from "../core/types.js" */

export const name = "survey";
export const key = "n";
export const title = "Survey";

const MOST = 60;
const WITHOUT_SELECTION = 12;

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  if (!app.ids.length) {
    place.append(empty(app));
    return app.on("ids", () => app.tell("view"));
  }
  const survey = new SurveyView(place, app);
  const ends = [
    app.on("ids", () => app.tell("view")),
    app.on("changed", () => survey.redraw()),
    app.on("images", () => survey.element.hasChildNodes() || survey.draw()), // what did not come
    app.on("advance", () => survey.step(1)),
    answer({
      left: () => survey.step(-1),
      right: () => survey.step(1),
      up: () => survey.step(-survey.columns),
      down: () => survey.step(survey.columns),
      putAside: () => survey.active !== undefined && survey.putAside(survey.active),
      toggle: () => survey.active !== undefined && survey.putAside(survey.active),
      undo: () => (survey.gone.length ? survey.bringBack() : PASS),
      keep: () => survey.keep(),
      enter: () => app.go("loupe"),
    }),
    () => survey.sizes.disconnect(),
  ];
  return () => ends.forEach((end) => end());
}

class SurveyView {
  /** @type {{id: number, place: number}[]} */
  gone = [];
  /** @type {number | undefined} */
  active;
  columns = 1;

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.app = app;
    this.ids = asked(app);
    this.gone = (app.params.get("aside") ?? "").split(",").map(Number).filter((id) => app.place(id) >= 0 && !this.ids.includes(id)).map((id) => ({ id, place: this.ids.length }));
    this.all = rest(app, this.ids);
    this.more = element("button", { class: "plain", click: () => this.turn() });
    this.active = this.ids.find((id) => id === app.cursor) ?? this.ids[0];
    app.aim = () => (this.active === undefined ? [] : [this.active]);
    this.element = element("div", { class: "survey", role: "listbox", "aria-label": "Survey", tabindex: 0 });
    this.said = element("span", { class: "quiet" });
    this.rest = element("button", { class: "plain", click: () => this.keep() });
    this.back = element("button", { class: "plain", click: () => this.bringBack() }, "Bring the last one back");
    place.append(this.element, element("div", { class: "under" }, this.said, this.more, this.back, this.rest));
    this.sizes = new ResizeObserver(() => this.#lay());
    this.sizes.observe(this.element);
    this.draw();
  }

  draw() {
    this.#show().catch(sayWrong);
  }

  async #show() {
    this.app.note({ ids: this.ids.join(","), aside: this.gone.map(({ id }) => id).join(",") });
    if (!this.ids.every((id) => this.app.known(id))) this.element.replaceChildren(); // what is decided about is not in sight yet
    const asked = this.ids;
    const assets = await this.app.details(asked);
    if (asked !== this.ids) return; // others are shown by now
    this.ids = assets.map(({ id }) => id);
    this.element.replaceChildren(...assets.map((asset) => this.#cell(asset)));
    const others = this.all.filter((id) => !this.ids.includes(id) && !this.gone.some((each) => each.id === id)).length;
    const of = others ? ` of ${(this.ids.length + others).toLocaleString("en")}` : "";
    this.said.textContent = `${this.ids.length.toLocaleString("en")}${of} ${this.ids.length === 1 && !of ? "image" : "images"}: click the weak ones away`;
    this.more.hidden = !others;
    this.more.textContent = `Show the next ${Math.min(MOST, others).toLocaleString("en")}`;
    this.back.hidden = !this.gone.length;
    this.rest.hidden = !this.gone.length;
    this.rest.textContent = `Pick the ${this.ids.length} here, reject the ${this.gone.length} put aside (Shift P)`;
    this.#lay();
    this.redraw();
  }

  /** The next part of all images that were to be surveyed; what was put aside stays put aside. */
  turn() {
    if (this.gone.length) return say("pick and reject these first, or bring back what was put aside");
    const last = this.all.indexOf(this.ids[this.ids.length - 1]);
    const next = [...this.all.slice(last + 1), ...this.all.slice(0, last + 1)].filter((id) => !this.ids.includes(id)).slice(0, MOST);
    this.ids = next;
    this.active = next[0];
    this.draw();
  }

  /** @param {Asset} asset */
  #cell(asset) {
    const id = asset.id;
    return element(
      "div",
      { role: "option", "data-id": id, click: () => (this.active === id ? this.putAside(id) : this.activate(id)) },
      element("img", { src: asset.preview, alt: "", draggable: "false" }),
      element("p", { class: "marks", "aria-hidden": "true" }),
      element(
        "span", // the key does the same; an option may hold no button
        { class: "aside", title: `Put ${asset.label} aside`, "aria-hidden": "true",
          click: (event) => (event.stopPropagation(), this.putAside(id)) },
        icon("cross"),
      ),
    );
  }

  redraw() {
    for (const cell of /** @type {Iterable<HTMLElement>} */ (this.element.children)) {
      const asset = this.app.known(Number(cell.dataset.id));
      if (!asset) continue;
      cell.classList.toggle("active", asset.id === this.active);
      cell.setAttribute("aria-selected", String(asset.id === this.active));
      cell.setAttribute("aria-label", described(asset));
      cell.dataset.flag = asset.you.flag;
      cell.querySelector(".marks")?.replaceChildren(...badges(asset));
    }
    if (!this.app.moveTo(this.active)) this.app.tell("loaded");
  }

  /** @param {number} [id] */
  activate(id) {
    if (id === undefined) return;
    this.active = id;
    this.redraw();
  }

  /** @param {number} places */
  step(places) {
    const at = this.ids.findIndex((id) => id === this.active) + places;
    this.activate(this.ids[Math.max(0, Math.min(at, this.ids.length - 1))]);
  }

  /** @param {number} id */
  putAside(id) {
    if (this.ids.length < 2) return say("one must be left");
    const place = this.ids.indexOf(id);
    this.ids.splice(place, 1);
    this.gone.push({ id, place });
    if (id === this.active) this.active = this.ids[Math.min(place, this.ids.length - 1)];
    say(`${labelled(id)} put aside, ${this.ids.length} left`);
    this.draw();
  }

  bringBack() {
    const last = this.gone.pop();
    if (!last) return;
    this.ids.splice(last.place, 0, last.id);
    this.active = last.id;
    this.draw();
  }

  /** One action: what is left is picked, what was put aside is rejected. */
  async keep() {
    if (!this.gone.length) return say("click the weak ones away first");
    /** @param {Flag} value */
    const flagged = (value) => (/** @type {number} */ asset) => ({ kind: "flag", asset, value });
    const out = this.gone.map(({ id }) => id);
    if (await this.app.act([...this.ids.map(flagged("pick")), ...out.map(flagged("reject"))])) {
      say(`picked ${this.ids.length}, rejected ${out.length}; one undo takes it back`);
      this.gone = [];
      this.draw();
    }
  }

  /** The number of columns that makes square cells largest. */
  #lay() {
    const { clientWidth: width, clientHeight: height } = this.element;
    /** @param {number} columns */
    const side = (columns) => Math.min(width / columns, height / Math.ceil(this.ids.length / columns));
    const numbers = this.ids.map((_, place) => place + 1);
    this.columns = numbers.reduce((best, columns) => (side(columns) > side(best) ? columns : best), 1);
    this.element.style.gridTemplateColumns = `repeat(${this.columns}, minmax(0, 1fr))`;
    this.element.style.gridAutoRows = `${100 / Math.ceil(this.ids.length / this.columns)}%`;
  }
}

/**
 * All that was to be surveyed, of which `shown` is in sight.
 * @param {App} app
 * @param {number[]} shown
 */
const rest = (app, shown) => (app.several.includes(shown[0]) ? app.several : shown);

/**
 * What to survey: what the address says, else the selection, else what comes from the cursor on.
 * @param {App} app
 */
function asked(app) {
  const named = (app.params.get("ids") ?? "").split(",").map(Number).filter((id) => app.place(id) >= 0);
  if (named.length > 1 || (named.length && app.params.get("aside"))) return named.slice(0, MOST);
  if (app.selection.size > 1) return [...app.selection].slice(0, MOST);
  const here = Math.max(0, Math.min(app.place(app.cursor), app.ids.length - WITHOUT_SELECTION));
  return [...app.ids.slice(here, here + WITHOUT_SELECTION)];
}
