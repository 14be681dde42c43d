/** How a field is spread over the images, to brush over: a histogram with a handle at each end. */

import { get } from "../core/api.js";
import { drawn, element } from "../core/element.js";
import { condition, rangeOf, replaced } from "../core/query.js";

/** @import { App } from "../core/app.js" */

const [WIDTH, HEIGHT, STEPS] = [240, 48, 200];

export class Brush {
  /** Where the pointer took hold, in the field's own unit. @type {number | null} */
  #from = null;
  /** n + 1 edges of n bars. @type {number[]} */
  edges = [];
  /** @type {number[]} */
  counts = [];
  /** The lowest and the highest place of the handles; empty until the histogram is there. @type {[number, number] | null} */
  ends = null;
  decimals = 0;
  /** Browsers move a handle in steps from the low end: it may not quite reach the high one. */
  near = 0;

  /** @param {App} app @param {string} field @param {string} [title] */
  constructor(app, field, title = field) {
    this.app = app;
    this.field = field;
    this.title = title;
    this.bars = drawn("path", { class: "all" });
    this.chosen = drawn("path", { class: "chosen" });
    const size = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none" };
    this.picture = drawn("svg", { ...size, "aria-hidden": "true" }, this.bars, this.chosen);
    this.low = this.#handle("from");
    this.high = this.#handle("to");
    this.said = element("output", {});
    this.element = element("div", { class: "brush" }, this.picture, this.low, this.high, this.said);
    this.picture.addEventListener("pointerdown", (event) => this.#grab(event));
    this.picture.addEventListener("pointermove", (event) => this.#drag(event));
    this.picture.addEventListener("pointerup", () => this.#drop());
  }

  /** @param {"from" | "to"} end @returns {HTMLInputElement} */
  #handle(end) {
    return element("input", { type: "range", "aria-label": `${this.title}, ${end}`, input: () => this.#slid(end), change: () => this.#ask() });
  }

  /** Ask for the histogram of the images that the rest of the query means. */
  async draw() {
    const rest = replaced(this.app.query, this.field);
    const { edges, counts, constant } = await get(`/api/histogram?${new URLSearchParams({ field: this.field, q: rest })}`);
    if (rest !== replaced(this.app.query, this.field) || this.#from !== null) return; // it is drawn anew, or brushed
    [this.edges, this.counts] = [edges, counts];
    const [low, high] = [edges[0], edges[edges.length - 1]];
    this.decimals = Math.max(0, Math.ceil(-Math.log10((high - low) / STEPS || 1)));
    const step = 10 ** -this.decimals;
    this.near = step / 2;
    this.ends = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
    for (const handle of [this.low, this.high]) Object.assign(handle, { min: this.ends[0], max: this.ends[1], step });
    const none = !counts.some((/** @type {number} */ count) => count > 0);
    for (const part of [this.picture, this.low, this.high]) part.toggleAttribute("hidden", constant || none);
    if (none) return void (this.said.textContent = "no image of the query has this number");
    if (constant) return void (this.said.textContent = `all ${low.toFixed(Math.min(3, this.decimals))}`);
    const asked = rangeOf(this.app.query, this.field);
    this.low.value = String(Math.max(asked[0], this.ends[0]));
    this.high.value = String(Math.min(asked[1], this.ends[1]));
    this.bars.setAttribute("d", this.#outline(low, high));
    this.#show();
  }

  /** @returns {[number, number]} */
  #range() {
    return [Number(this.low.value), Number(this.high.value)];
  }

  /** @param {number} from @param {number} to */
  #outline(from, to) {
    const most = Math.max(1, ...this.counts);
    const width = WIDTH / this.counts.length;
    return this.counts
      .map((count, place) => {
        if (!count || this.edges[place + 1] < from || this.edges[place] > to) return "";
        const height = Math.max(2, (count / most) * HEIGHT);
        return `M${place * width} ${HEIGHT}v${-height}h${width - 1}v${height}z`;
      })
      .join("");
  }

  #show() {
    const [low, high] = this.#range();
    this.chosen.setAttribute("d", this.#outline(low, high));
    this.said.textContent = `${this.#written(low)} to ${this.#written(high)}`;
  }

  /** @param {number} value */
  #written = (value) => value.toFixed(this.decimals);

  /** @param {"from" | "to"} end */
  #slid(end) {
    const [low, high] = this.#range();
    if (low > high) (end === "from" ? this.high : this.low).value = String(end === "from" ? low : high);
    this.#show();
  }

  /** @returns {Promise<void>} */
  #ask() {
    const [low, high] = this.#range();
    if (!this.ends) return Promise.resolve();
    const open = [low < this.ends[0] + this.near, high > this.ends[1] - this.near];
    const term =
      open[0] && open[1] ? "" : open[0] ? condition(this.field, "<=", this.#written(high))
      : open[1] ? condition(this.field, ">=", this.#written(low))
      : condition(this.field, ":", `${this.#written(low)}-${this.#written(high)}`);
    return this.app.ask(replaced(this.app.query, this.field, term));
  }

  /** @param {PointerEvent} event */
  #valueAt(event) {
    const [low, high] = this.ends ?? [0, 1];
    const box = this.picture.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    return low + part * (high - low);
  }

  /** @param {PointerEvent} event */
  #grab(event) {
    if (!this.ends) return;
    this.picture.setPointerCapture(event.pointerId);
    this.#from = this.#valueAt(event);
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (this.#from === null) return;
    const to = this.#valueAt(event);
    this.low.value = String(Math.min(this.#from, to));
    this.high.value = String(Math.max(this.#from, to));
    this.#show();
  }

  #drop() {
    if (this.#from === null) return;
    this.#from = null;
    this.#ask();
  }
}
