/** Work that can be begun from here: about the image under the cursor or the selection, or about all; and how it went. */

import { card } from "../components/card.js";
import { capital, counted, element, labelled } from "../core/element.js";
import { staysInWords } from "../core/published.js";
import { sayWrong } from "../core/status.js";
import { jobs as known, KINDS, outcome, progress, running, start } from "../core/jobs.js";

/** @import { App } from "../core/app.js" */
/** @import { Kind } from "../core/types.js" */

export const name = "jobs";
export const key = "j";
export const title = "Work";

const MOST = 6; // of the images that it is about, as many are shown

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const [all, history] = [element("section", {}, ...aboutAll()), element("section", {})];
  const about = aboutImages(app);
  place.replaceChildren(element("div", { class: "read columns" }, about.element, all, history));
  const drawHistory = () => {
    history.replaceChildren(...past());
    for (const made of /** @type {NodeListOf<HTMLButtonElement>} */ (place.querySelectorAll("form button"))) made.disabled = Boolean(running()) || made.dataset.unfit === "true";
  };
  const redraw = () => {
    about.draw();
    drawHistory();
  };
  const ends = ["cursor", "selection", "ids"].map((name) => app.on(name, redraw));
  ends.push(app.on("jobs", drawHistory));
  redraw();
  app.details(app.targets().slice(0, MOST)).then(redraw).catch(sayWrong);
  return () => ends.forEach((end) => end());
}

/**
 * The work on chosen images. Its forms are made once: `draw` says what they are about, and leaves what was typed.
 * @param {App} app
 */
function aboutImages(app) {
  const [head, cards] = [element("h2", {}), element("div", { class: "cards small about" })];
  const stays = element("p", { class: "quiet" });
  const ids = () => app.targets();
  const forms = [
    request("reroll", "Other images in their place: the same series and traits, another seed.", () => ids().length > 0, () => ({ images: ids() })),
    request("breed", "Children of two images. Select two in the grid first.", () => ids().length === 2,
      ({ children, mutation, immigration }) => ({ images: ids(), children, mutation, immigration }),
      number("children", "How many", 4, 1, 1000, 1), number("mutation", "Chance that a trait changes", 0.1, 0, 1, 0.05),
      number("immigration", "Chance of a new seed", 0.2, 0, 1, 0.05)),
    request("variations", "The image again, changed a little or much: only of a diffusion model's.", () => ids().length === 1,
      ({ little, much, seeds }) => ({ image: ids()[0], strengths: [little, much], seeds: Array.from({ length: seeds }, (_, seed) => seed) }),
      number("little", "Little", 0.3, 0, 1, 0.05), number("much", "Much", 0.6, 0, 1, 0.05), number("seeds", "Seeds of each", 2, 1, 100, 1)),
  ];
  const draw = () => {
    head.textContent = aboutWhat(ids());
    stays.textContent = capital(staysInWords(app.state.published, ids().map((id) => app.known(id))));
    cards.replaceChildren(...ids().slice(0, MOST).map((id) => card(id, app.known(id), { role: "img" })));
    forms.forEach((form) => form.fit());
  };
  return { element: element("section", {}, head, cards, stays, forms.map((form) => form.element)), draw };
}

/** @param {number[]} ids */
function aboutWhat(ids) {
  if (!ids.length) return "About no image: choose some in the grid";
  const named = ids.length > 1 && ids.length < 5 ? `: ${ids.map(labelled).join(", ")}` : "";
  return `About ${ids.length === 1 ? labelled(ids[0]) : counted(ids.length, "selected image")}${named}`;
}

function aboutAll() {
  const forms = [
    request("top-up", "New recipes in place of rejected images, so that every quota can be met; then make and score them."),
    request("generate", "Make the images that are planned and not there yet; then score them and look for duplicates."),
    request("score", "Give every image its numbers, where they are missing or out of date."),
    request("dedupe", "Compare all images again, and mark near-duplicates."),
    request("select", "Choose the set as it is configured. The set view shows it first."),
  ].map((form) => form.element);
  return [element("h2", {}, "About the whole collection"), ...forms];
}

/**
 * A form that starts a job of a kind with what its fields say.
 * @param {Kind} kind
 * @param {string} text
 * @param {() => boolean} fits whether it can be started as things are
 * @param {(given: Record<string, number>) => Record<string, unknown>} options
 * @param {...HTMLElement} fields
 * @returns {{element: HTMLFormElement, fit: () => void}}
 */
function request(kind, text, fits = () => true, options = () => ({}), ...fields) {
  const [given, begin] = [element("div", { class: "fields" }, fields), element("button", { class: "plain" }, KINDS[kind])];
  /** @type {HTMLFormElement} */
  const made = element("form", { class: "job", submit: (event) => {
    event.preventDefault();
    const said = Object.fromEntries([...new FormData(made)].map(([name, value]) => [name, Number(value)]));
    start({ kind, ...options(said) });
  } }, element("p", {}, text), given, begin);
  const fit = () => {
    begin.dataset.unfit = String(!fits());
    given.hidden = !fields.length || !fits();
  };
  fit();
  return { element: made, fit };
}

/**
 * @param {string} name
 * @param {string} words
 * @param {number} value
 * @param {number} min
 * @param {number} max
 * @param {number} step
 */
function number(name, words, value, min, max, step) {
  return element("label", {}, words, element("input", { type: "number", name, value, min, max, step, required: true, inputmode: "decimal" }));
}

function past() {
  const rows = known.map((job) =>
    element("li", { "data-state": job.state },
      element("b", {}, KINDS[job.kind]), ` by ${job.by}: `,
      job.state === "running" ? progress(job) : outcome(job)));
  return [
    element("h2", {}, "Jobs since the review was opened"),
    rows.length ? element("ol", { class: "past" }, rows) : element("p", { class: "quiet" }, "Nothing was begun yet."),
  ];
}
