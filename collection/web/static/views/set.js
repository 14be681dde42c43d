/** The set as it would be minted: its tokens in order, what is rare in it, and what quality against diversity costs. */

import { fileAddress, get, post } from "../core/api.js";
import { button, nothing } from "../components/card.js";
import { gridKeys, VirtualGrid } from "../components/virtual_grid.js";
import { confirmed } from "../components/confirm.js";
import { capital, counted, element, labelled } from "../core/element.js";
import { answer } from "../core/keys.js";
import { changeInWords } from "../core/published.js";
import { NOT_JUDGED, setStatistics } from "../panels/set_statistics.js";
import { showOrder } from "./token_order.js";
import { ListModel } from "../core/list_model.js";
import { atWork, say, sayWrong } from "../core/status.js";
import { whenSet } from "../core/settings.js";
import { onStream } from "../core/stream.js";

/** @import { App } from "../core/app.js" */
/** @import { Choosing, ProposedSet, Tried } from "../core/types.js" */

export const name = "set";
export const key = "b";
export const title = "Set";

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  if (app.params.get("order")) return showOrder(place, app);
  const set = new SetView(place, app);
  app.aim = () => set.list.targets();
  set.draw().catch(sayWrong);
  const again = () => set.soon();
  const ends = [
    app.on("changed", (ids) => (set.grid?.redraw(ids), again())),
    app.on("images", again),
    onStream("choosing", (told) => set.choosing(told)),
    app.on("cursor", () => set.grid?.follow()),
    app.on("advance", () => set.list.step(1)),
    whenSet("size", () => set.grid?.reset()),
    whenSet("scores", () => set.grid?.redraw()),
    answer({ escape: () => (set.list.selection.size ? set.list.select([]) : app.go("grid")) }),
    () => set.end(),
  ];
  return () => ends.forEach((end) => end());
}

class SetView {
  /** @type {VirtualGrid | null} */
  grid = null;
  /** @type {ProposedSet | null} */
  found = null;
  gone = false;
  /** The diversity that the slider asks for; null: as it is kept. @type {number | null} */
  #wanted = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #asked = 0;
  #asker = String(Math.random());
  /** Mean score and coverage of the diversities seen so far. @type {Tried} */
  #tried = new Map();
  /** @type {(() => void)[]} */
  #ends = [];

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.list = new ListModel(app, () => this.grid?.mark());
    this.tokens = element("div", { class: "tokens" });
    this.slider = element("input", {
      type: "range", id: "diversity", min: 0, max: 100, value: Math.round(app.state.diversity * 100),
      "aria-label": "Quality against diversity", input: () => this.#slid(),
    });
    this.said = element("output", { for: "diversity" });
    this.facts = element("div", { class: "facts" });
    this.write = button("Write this selection", () => this.#write(), true);
    this.write.hidden = app.state.role !== "owner";
    this.sheet = element("a", { class: "button", target: "_blank", rel: "noopener" }, "Contact sheet");
    this.panel = element(
      "aside",
      { class: "panel", "aria-label": "About the set" },
      element("div", { class: "slider" }, element("span", {}, "Quality"), this.slider, element("span", {}, "Diversity")),
      this.said,
      element("div", { class: "line" }, this.write, this.sheet, button("Order of tokens", () => app.go("set", { order: "hand" }))),
      this.facts,
    );
    this.#available(false);
    this.tokens.append(nothing("One moment", "The set is being chosen."));
    place.replaceChildren(element("div", { class: "set" }, this.tokens, this.panel));
  }

  /** Whether there is a set to write and to print. @param {boolean} there */
  #available(there) {
    this.write.disabled = !there;
    this.sheet.hidden = !there;
  }

  end() {
    this.grid?.end();
    this.#ends.forEach((end) => end());
    clearTimeout(this.#timer);
    this.gone = true;
  }

  /** Draw the set again once what changes it has come to rest. */
  soon() {
    clearTimeout(this.#timer);
    this.#tried.clear();
    this.#timer = setTimeout(() => this.draw().catch(sayWrong), 250);
  }

  /**
   * How far the server is with a large set.
   * @param {Choosing} told
   */
  choosing({ asker, done, total }) {
    if (asker !== this.#asker) return;
    this.said.textContent = `diversity ${(Number(this.slider.value) / 100).toFixed(2)}: ${done.toLocaleString("en")} of ${total.toLocaleString("en")} chosen`;
  }

  #slid() {
    this.#wanted = Number(this.slider.value) / 100;
    this.said.textContent = `diversity ${this.#wanted.toFixed(2)}`;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.draw().catch(sayWrong), 60);
  }

  async draw() {
    const asked = ++this.#asked;
    const query = new URLSearchParams(this.#wanted == null ? [] : [["diversity", String(this.#wanted)]]);
    const found = await this.#ask("/api/set", query, asked).catch((refusal) => this.#refused(refusal));
    if (!found) return;
    this.slider.value = String(Math.round(found.diversity * 100));
    this.said.textContent = `diversity ${found.diversity.toFixed(2)}`;
    const judged = found.mean_score == null ? "not judged" : `mean percentile ${found.mean_score.toFixed(0)}`;
    this.slider.setAttribute("aria-valuetext", `diversity ${found.diversity.toFixed(2)}, ${judged}`);
    this.found = found;
    this.#fill(found);
    this.#tell(found);
    this.#available(found.ids.length > 0);
    this.sheet.href = fileAddress("/api/sheet", Object.fromEntries(query));
    this.#costs(query, asked);
  }

  /** Why there is no set, in its place, with the ways out. @param {any} refusal @returns {null} */
  #refused(refusal) {
    if (refusal?.error === undefined || refusal.line) throw refusal;
    this.found = null;
    this.#available(false);
    this.#empty(nothing(refusal.blind ? "Others have voted" : "No set can be chosen", `${capital(refusal.error)}.`, ...this.#waysOut(refusal)));
    this.facts.replaceChildren();
    this.said.textContent = "";
    return null;
  }

  /** @param {import("../core/api.js").Refusal} refusal */
  #waysOut(refusal) {
    const look = async () => {
      await this.app.news.seeOthers();
      await this.draw();
    };
    if (refusal.blind) {
      return [element("p", {}, `${capital(refusal.hint)}.`), button("Go on voting", () => this.app.go("grid", { q: "is:unreviewed" }), true),
        button("Show it all the same", () => look().catch(sayWrong))];
    }
    if (!refusal.images.length) return [element("p", {}, refusal.hint), button("Try again", () => this.draw().catch(sayWrong))];
    return [
      ...refusal.images.map((id) => button(`Unlock ${labelled(id)}`, () => this.app.decide("lock", false, [id]))),
      button("Show them", () => this.app.goToAll(refusal.images)),
    ];
  }

  /** @param {HTMLElement} words in place of the tokens */
  #empty(words) {
    this.#ends.splice(0).forEach((end) => end());
    this.grid?.end();
    this.grid = null;
    this.list.fill([]);
    this.tokens.replaceChildren(words);
  }

  /** @param {ProposedSet} found */
  #tell(found) {
    this.facts.replaceChildren(...setStatistics(found, this.#tried, (query) => this.app.go("grid", { q: query }), (ids) => this.app.goToAll(ids)));
  }

  /** @param {ProposedSet} found */
  #fill({ ids, added }) {
    this.list.fill(ids);
    this.list.added = new Set(added.length < ids.length ? added : []); // of the first set all are new
    if (!ids.length) return this.#empty(nothing("There is nothing to choose from yet", "Make images and score them: collection run does both. Or start it under Work."));
    if (this.list.place(this.app.cursor) < 0) this.app.lookAt(ids[0]);
    if (this.grid) return this.grid.reset();
    this.tokens.replaceChildren();
    const grid = (this.grid = new VirtualGrid(this.tokens, this.list));
    this.#ends.push(answer(gridKeys(grid, this.list)));
    this.app.tell("loaded");
  }

  /**
   * What each rule costs takes several choices to find out, and how far it reaches as long again: after the set.
   * @param {URLSearchParams} query
   * @param {number} asked
   */
  async #costs(query, asked) {
    const more = await this.#ask("/api/set/costs", query, asked).catch((refusal) => this.#refused(refusal));
    if (!more) return;
    const { found } = this;
    if (!found) return;
    this.#tried.set(found.diversity, { score: found.mean_score, coverage: more.coverage });
    this.#tell({ ...found, coverage: more.coverage });
    this.facts.querySelector("#costs")?.replaceChildren(...told(more.costs, found.mean_score != null));
  }

  /**
   * The answer, or null where the slider has moved on: the server stops working on what is asked no more.
   * @param {string} path
   * @param {URLSearchParams} query
   * @param {number} asked
   */
  async #ask(path, query, asked) {
    const late = () => asked !== this.#asked || this.gone;
    try {
      const found = await atWork(get(`${path}?${new URLSearchParams([...query, ["asker", this.#asker]])}`));
      return late() ? null : found;
    } catch (refusal) {
      if (late()) return null;
      throw refusal;
    }
  }

  async #write() {
    if (!this.found) return;
    const { ids, added, removed, diversity } = this.found;
    const change = added.length || removed.length ? `${counted(added.length, "image")} in, ${removed.length.toLocaleString("en")} out` : "the images stay the same";
    const published = changeInWords(this.found.published) || "collection freeze makes tokens of it; until then it can be chosen again.";
    const note = `Diversity ${diversity.toFixed(2)} is kept for later choices. ${published}`;
    if (!(await confirmed(`Choose these ${counted(ids.length, "image")}? ${change}.`, "Write this selection", note))) return;
    try {
      const { selected, supply } = await post("/api/set", { diversity, images: ids });
      say(`${selected} of ${supply} tokens chosen; collection freeze comes next`);
      await Promise.all([this.draw(), this.app.renew()]);
    } catch (refusal) {
      sayWrong(refusal);
      this.soon(); // it may be another by now
    }
  }
}

/** @type {Record<string, string | undefined>} */
const RULES = { quotas: "The quotas", shares: "The shares of artists", diversity: "Diversity", locks: "Locks", picks: "Picks" };

/** @param {Record<string, number>} costs @param {boolean} judged */
function told(costs, judged) {
  const found = Object.entries(costs);
  if (!judged) return [element("p", { class: "quiet" }, NOT_JUDGED)];
  if (!found.length) return [element("p", { class: "quiet" }, "No rule binds the choice: these are the best scores.")];
  return found.map(([rule, cost]) =>
    element("div", { class: "row" }, element("span", {}, RULES[rule] ?? rule), element("b", {}, cost < 0.05 ? "nothing" : `−${cost.toFixed(1)}`)));
}
