/** How near pictures must be to stand in one stack: a slider, which the address keeps, and what it means in words. */

import { button, nothing } from "../components/card.js";
import { counted, element } from "../core/element.js";

/** @import { App } from "../core/app.js" */
/** @import { Thresholds } from "../core/types.js" */

const STEPS = 50; // of the slider each way
const LOOSER = 0.25; // what the button asks for
const SETTLES = 250; // milliseconds that the slider rests before the address keeps it

export class Nearness {
  /** -1: as loosely as neighbours are kept, 0: as dedupe found them, 1: only the same. */
  value = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {App} app @param {() => void} moved */
  constructor(app, moved) {
    this.app = app;
    this.moved = moved;
    this.value = Math.min(1, Math.max(-1, Number(app.params.get("nearer")) || 0));
    this.words = element("output", { for: "nearer" });
    /** @type {HTMLInputElement} */
    this.slider = element("input", {
      type: "range", id: "nearer", min: -STEPS, max: STEPS, step: 1, value: this.value * STEPS, list: "as-found",
      "aria-label": "How near pictures must be", input: () => this.#to(Number(this.slider.value) / STEPS),
    });
    const found = element("datalist", { id: "as-found" }, element("option", { value: 0 }));
    this.element = element("label", { class: "slider" }, "Looser ", this.slider, " Nearer", found, this.words);
    this.aside = element("p", { class: "quiet" }, "Only to look at: [dedupe] cosine and phash_distance in collection.toml make it so.");
  }

  /** @param {{movable: boolean, at: Thresholds | null}} found GET /api/stacks */
  tell({ movable, at }) {
    this.element.hidden = !movable;
    this.aside.hidden = !at;
    this.words.textContent = meant(at);
    this.slider.setAttribute("aria-valuetext", meant(at));
  }

  /** What is said where there are no stacks, and the next step. */
  none() {
    const back = button("As dedupe found them", () => this.#set(0));
    if (this.value > 0) return nothing("No stack is that near", `Not at ${this.words.textContent}.`, back);
    const looser = button("Look more loosely", () => this.#set(Math.max(-1, this.value - LOOSER)), true);
    looser.hidden = this.element.hidden || this.value === -1;
    back.hidden = !this.value;
    return nothing("There are no near-duplicates", this.#why(), looser, back);
  }

  #why() {
    if (this.app.query) return "None of the images of the query is in a stack.";
    if (this.value) return `Not at ${this.words.textContent} either.`;
    if (this.element.hidden) return "collection dedupe looks for them.";
    return "collection dedupe looked for them; [dedupe] says how near counts. What is only alike shows when you look more loosely.";
  }

  /** @param {number} value */
  #set(value) {
    this.slider.value = String(value * STEPS);
    this.#to(value);
  }

  /** @param {number} value */
  #to(value) {
    this.value = value;
    clearTimeout(this.#timer); // browsers refuse an address that changes many times a second
    this.#timer = setTimeout(() => this.element.isConnected && this.app.note({ nearer: value || null }), SETTLES);
    this.moved();
  }
}

/**
 * What thresholds mean, in words.
 * @param {Thresholds | null} at
 */
function meant(at) {
  if (!at) return "as dedupe found them";
  const [least, most] = at.cosines.map((cosine) => cosine.toFixed(3));
  return `${counted(at.bits, "bit")}, cosine ${least === most ? least : `${least} to ${most}`}`;
}
