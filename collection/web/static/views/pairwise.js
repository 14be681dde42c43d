/** Two pictures, and which is the better: sides are shuffled and scores hidden. */

import { get } from "../core/api.js";
import { button, nothing } from "../components/card.js";
import { capital, counted, element, labelled } from "../core/element.js";
import { answer, once } from "../core/keys.js";
import { say, sayWrong } from "../core/status.js";
import { showRanking } from "./ranking.js";

/** @import { App } from "../core/app.js" */
/** @import { NextComparison, Outcome, Side } from "../core/types.js" */

export const name = "duel";
export const key = "v";
export const title = "Duel";

const SAID = { left: "the left one", right: "the right one", tie: "a tie", skip: "skipped" };
const UPRIGHT = { ...SAID, left: "the upper one", right: "the lower one" };
/** Whether the two stand one above the other. */
const upright = () => matchMedia("(max-width: 45em) and (orientation: portrait)").matches;
/** What an answer is called. @param {Outcome} value */
const called = (value) => (upright() ? UPRIGHT : SAID)[value];

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const ranking = app.params.get("ranking");
  if (ranking === "you" || ranking === "everybody") {
    app.aim = () => [];
    const show = () => showRanking(place, app, ranking);
    show();
    return app.on("images", show);
  }
  const comparison = new PairwiseView(place, app);
  app.sight = { scores: false };
  app.aim = () => [];
  comparison.load();
  const ends = [app.on("images", () => comparison.asks || comparison.load()), answer({
    left: once(() => comparison.say("left")),
    right: once(() => comparison.say("right")),
    up: once(() => comparison.say("tie")),
    down: once(() => comparison.say("skip")),
    undo: () => comparison.step("undo"),
    redo: () => comparison.step("redo"),
  })];
  return () => {
    comparison.gone = true;
    ends.forEach((end) => end());
  };
}

class PairwiseView {
  gone = false;
  /** What is asked; null while an answer is on its way. @type {{left: Side, right: Side} | null} */
  #pair = null;

  #loading = false;

  /** Whether a pair is in sight, or on its way, or its answer is. */
  get asks() {
    return this.#pair !== null || this.#loading || this.place.firstElementChild?.getAttribute("aria-busy") === "true";
  }

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
  }

  async load() {
    this.#pair = null;
    this.#loading = true;
    try {
      const found = await get("/api/pair");
      if (!this.gone) this.#draw(found);
    } catch (refusal) {
      sayWrong(refusal);
    } finally {
      this.#loading = false;
      this.#busy(false);
    }
  }

  /** Whether an answer is on its way. @param {boolean} on */
  #busy(on) {
    if (on) this.place.firstElementChild?.setAttribute("aria-busy", "true");
    else this.place.firstElementChild?.removeAttribute("aria-busy");
  }

  /** @param {Outcome} value */
  async say(value) {
    const pair = this.#pair;
    if (!pair) return; // the last answer is on its way
    this.#pair = null;
    this.#busy(true);
    if (!(await this.app.act([{ kind: "pair", asset: pair.left.id, other: pair.right.id, value }]))) {
      this.#pair = pair;
      return this.#busy(false);
    }
    say(called(value));
    await this.load();
  }

  /** @param {"undo" | "redo"} kind */
  async step(kind) {
    const changed = await this.app[kind]();
    if (changed === false) return;
    say(changed.length ? `${kind === "undo" ? "undone" : "done again"}: ${changed.map(labelled).join(" and ")}` : `nothing to ${kind}`);
    await this.load();
  }

  /** @param {NextComparison} found */
  #draw(found) {
    const { left, right } = found;
    if (!left || !right) {
      this.place.replaceChildren(nothing(
        "Nothing is left to compare",
        found.asked ? `You answered ${counted(found.asked, "comparison")}: collection rank shows the order.` : "Two images that may be chosen are needed: collection run makes some.",
      ));
      return;
    }
    this.#pair = { left, right };
    this.place.replaceChildren(element(
      "section",
      { class: "pairwise", "aria-label": "Which is the better?" },
      element("p", { class: "question" }, element("b", {}, "Which is the better?"), ` ${progress(found)}`),
      element("div", { class: "sides" }, this.#side("left", left), this.#side("right", right)),
      element(
        "div",
        { class: "line centred" },
        button(upright() ? "Upper" : "← Left", this.#pressed("left")),
        button("↑ Tie", this.#pressed("tie")),
        button("↓ Skip", this.#pressed("skip")),
        button(upright() ? "Lower" : "Right →", this.#pressed("right")),
        button("Undo", () => this.step("undo")),
        button("Ranking", () => this.app.go("duel", { ranking: "you" })),
      ),
    ));
  }

  /** What a click answers; the second one of a double click would be about a pair that nobody saw. @param {Outcome} value */
  #pressed = (value) => (/** @type {MouseEvent} */ event) => event.detail < 2 && this.say(value);

  /** @param {"left" | "right"} side @param {Side} image */
  #side(side, image) {
    return element(
      "button",
      { class: "side", type: "button", "aria-label": `${capital(called(side))}, ${image.label}`, click: this.#pressed(side) },
      element("img", { src: image.preview, alt: "", draggable: "false" }),
    );
  }
}

/**
 * "12 answers of yours; 31 % of the choice is expected to be wrong, about 24 % after 50 more"
 * @param {NextComparison} found
 */
function progress({ asked, votes, expected_error: { now, settled, votes: more, then } }) {
  const yours = asked ? [`${counted(asked, "answer")} of yours`] : [];
  if (!settled) yours.push(`${percent(now)} of the choice is expected to be wrong, about ${percent(then)} after ${more.toLocaleString("en")} more`);
  else if (votes) yours.push("the choice is settled; more answers make it surer");
  return yours.join("; ");
}

/** @param {number} share */
const percent = (share) => `${Math.round(100 * share)} %`;
