/** The order of the tokens by hand: an image is moved place by place, or the selected ones before the one framed. */

import { get, post } from "../core/api.js";
import { button, nothing } from "../components/card.js";
import { confirmed } from "../components/confirm.js";
import { gridKeys, VirtualGrid } from "../components/virtual_grid.js";
import { counted, element, labelled } from "../core/element.js";
import { answer } from "../core/keys.js";
import { ListModel } from "../core/list_model.js";
import { whenSet } from "../core/settings.js";
import { say, sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */

/**
 * Show it in place of the set; returns what ends it.
 * @param {HTMLElement} place @param {App} app
 */
export function showOrder(place, app) {
  const board = new OrderBoard(place, app);
  board.load().catch(sayWrong);
  app.aim = () => board.list.targets();
  const ends = [
    app.on("cursor", () => board.grid?.follow()),
    app.on("images", () => board.load().catch(sayWrong)),
    app.on("changed", (ids) => board.grid?.redraw(ids)),
    whenSet("size", () => board.grid?.reset()),
    answer({ earlier: () => board.move(-1), later: () => board.move(1), escape: () => (board.list.selection.size ? board.list.select([]) : app.go("set")) }),
  ];
  return () => (board.end(), ends.forEach((end) => end()));
}

class OrderBoard {
  /** @type {VirtualGrid | null} */
  grid = null;
  #ends = () => {};
  #byHand = 0;
  /** The orders on their way, one after the other: a key that is pressed quickly moves from where the last one left it. */
  #sent = Promise.resolve();
  #waiting = 0;

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.list = new ListModel(app, () => this.grid?.mark());
    this.list.said = ({ id }) => `token ${this.list.place(id) + 1}`;
    this.said = element("p", { class: "quiet grow" });
    this.tokens = element("div", { class: "tokens grow" });
    const owner = app.state.role === "owner";
    place.replaceChildren(element("section", { class: "read order" },
      element("div", { class: "line" }, this.said,
        owner && button("← Earlier [", () => this.move(-1)), owner && button("Later ] →", () => this.move(1)),
        owner && button("Put the selected before this", () => this.gather()), owner && button("All by rule", () => this.#byRule().catch(sayWrong)),
        button("Back to the set", () => app.go("set"), true)),
      this.tokens));
  }

  end() {
    this.#ends();
    this.grid?.end();
  }

  async load() {
    this.#show(await get("/api/set/order"));
  }

  /** @param {{ids: number[], by_hand: number}} found */
  #show({ ids, by_hand: byHand }) {
    this.#byHand = byHand;
    this.list.fill(ids);
    this.said.textContent = `${counted(ids.length, "token")}, ${byHand ? `the first ${byHand.toLocaleString("en")} by hand, the others by rule` : "all by rule"}. The next freeze numbers them so.`;
    if (!ids.length) return void this.tokens.replaceChildren(nothing("No selection is written yet", "Write one in the set first."));
    if (this.list.place(this.app.cursor) < 0) this.app.lookAt(ids[0]);
    this.app.tell("loaded"); // what is decided about is known now
    if (this.grid) {
      this.grid.reset();
      return this.grid.redraw();
    }
    this.grid = new VirtualGrid(this.tokens, this.list);
    this.#ends = answer(gridKeys(this.grid, this.list));
  }

  /** Move the framed image by places. @param {number} places */
  move(places) {
    const from = this.list.place(this.app.cursor);
    const to = from + places;
    if (from < 0 || to < 0 || to >= this.list.ids.length) return say("that is the end");
    const ids = [...this.list.ids];
    ids.splice(to, 0, ...ids.splice(from, 1));
    this.#keep(ids, Math.max(this.#byHand, from + 1, to + 1), `${labelled(ids[to])} is token ${to + 1} of the next freeze`).catch(sayWrong);
  }

  /** Put the selected images, in their order, before the framed one. */
  gather() {
    const { selection, ids } = this.list;
    const at = this.app.cursor;
    if (!selection.size || at === null || selection.has(at)) return say("select images, then frame the one that they go before");
    const chosen = ids.filter((id) => selection.has(id));
    const rest = ids.filter((id) => !selection.has(id));
    rest.splice(rest.indexOf(at), 0, ...chosen);
    const last = Math.max(...[...chosen, at].flatMap((id) => [rest.indexOf(id), ids.indexOf(id)]));
    this.#keep(rest, Math.max(this.#byHand, last + 1), `${counted(chosen.length, "image")} moved before ${labelled(at)}`).catch(sayWrong);
  }

  async #byRule() {
    if (!this.#byHand) return say("all tokens are by rule");
    if (!(await confirmed("Put all tokens by rule?", "By rule", `The order of ${counted(this.#byHand, "token")} by hand is forgotten.`))) return;
    await this.#keep(this.list.ids, 0, "all tokens are by rule again");
  }

  /** Show an order at once, and send it. @param {number[]} ids @param {number} byHand how many of them are by hand @param {string} done */
  async #keep(ids, byHand, done) {
    if (this.app.state.role !== "owner") return say("the owner puts the tokens in order");
    this.#show({ ids, by_hand: byHand });
    this.#waiting++;
    const answer = this.#sent.then(() => post("/api/set/order", { images: ids.slice(0, byHand) }));
    this.#sent = answer.catch(() => {});
    try {
      const found = await answer;
      if (this.#waiting === 1) this.#show(found);
      say(done);
    } catch (refusal) {
      sayWrong(refusal);
      if (this.#waiting === 1) await this.load(); // what was shown is not kept
    } finally {
      this.#waiting--;
    }
  }
}
