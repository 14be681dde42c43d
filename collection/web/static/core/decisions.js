/** Decisions on their way: shown at once, sent in their order, taken back in sight where the server refuses. */

import { post } from "./api.js";
import { atWork, sayWrong } from "./status.js";

/** @import { Counts, Decision, Own, ReviewState } from "./types.js" */

/** The field of what a curator said, by the kind of the decision. @type {Record<string, keyof Own | undefined>} */
const FIELD = { flag: "flag", stars: "stars", colour: "colour", lock: "locked" };

export class Decisions {
  #last = Promise.resolve();
  #before = new Map(); // how images stood before what is on its way
  #waiting = new Map(); // actions on their way, by image

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
  }

  /**
   * Keep an action: decisions that one undo takes back. Resolves to whether it was kept.
   * @param {Decision[]} decisions
   */
  act(decisions) {
    const ids = [...new Set(decisions.map((item) => item.asset))];
    this.#show(decisions);
    this.app.changed(ids);
    return this.#send("/api/events", { decisions: together(decisions), seen: this.app.seen() }, ids);
  }

  /**
   * Take back the last action, or bring it back. Resolves to the numbers it was about, or false.
   * @param {"undo" | "redo"} kind
   * @returns {Promise<number[] | false>}
   */
  step(kind) {
    return this.#send(`/api/${kind}`, {}, []);
  }

  /** Resolves once all that was decided so far is kept or refused. */
  settled() {
    return this.#last;
  }

  /** @param {string} path @param {unknown} body @param {number[]} ids @returns {Promise<number[] | false>} */
  async #send(path, body, ids) {
    this.#wait(ids, 1);
    const answer = this.#last.then(() => post(path, body));
    this.#last = answer.catch(() => {});
    try {
      const said = await atWork(answer);
      this.#wait(ids, -1);
      return this.#take(said);
    } catch (refusal) {
      return this.#takeBack(ids, refusal);
    }
  }

  /** @param {{changed: number[], review_states: Record<string, ReviewState>, version: number}} answer */
  #take({ changed, review_states: states, version }) {
    const settled = changed.filter((id) => !this.#waiting.get(id)); // what is on its way already shows
    const told = settled.filter((id) => states[id]);
    this.app.cache.stand(Object.fromEntries(told.map((id) => [id, states[id]])), version);
    this.app.changed(changed);
    if (told.length < settled.length) this.app.othersChanged({ ids: settled, versions: settled.map(() => version) }).catch(sayWrong);
    this.app.renewSoon();
    return changed;
  }

  /** @param {number[]} ids @param {number} step */
  #wait(ids, step) {
    for (const id of ids) {
      const count = (this.#waiting.get(id) ?? 0) + step;
      if (count) this.#waiting.set(id, count);
      else [this.#waiting, this.#before].forEach((each) => each.delete(id));
    }
  }

  /** @param {number[]} ids @param {unknown} refusal @returns {Promise<false>} */
  async #takeBack(ids, refusal) {
    const before = ids.filter((id) => this.#before.has(id)).map((id) => [id, this.#before.get(id)]);
    this.#wait(ids, -1);
    this.app.cache.stand(Object.fromEntries(before));
    this.app.changed(ids);
    this.app.renewSoon();
    sayWrong(refusal);
    return false;
  }

  /** @param {Decision[]} decisions */
  #show(decisions) {
    for (const { kind, asset, value } of decisions) {
      const known = this.app.known(asset);
      if (known && FIELD[kind]) {
        if (!this.#before.has(asset)) this.#before.set(asset, { you: known.you });
        const you = { ...known.you, [FIELD[kind]]: value };
        this.app.cache.stand({ [asset]: { you } });
        count(this.app.state.counts, known.you, you);
      }
    }
  }
}

/**
 * The same said of many images is sent once, with a list of their numbers: 100,000 of them are one request.
 * @param {Decision[]} decisions
 */
function together(decisions) {
  const [{ kind, value }] = decisions;
  const same = decisions.length > 1 && decisions.every((item) => item.kind === kind && item.value === value && item.other == null);
  return same ? [{ kind, asset: decisions.map(({ asset }) => asset), value }] : decisions;
}

/**
 * Keep the counts right until the server tells them again.
 * @param {Counts} counts
 * @param {Own} before
 * @param {Own} after
 */
function count(counts, before, after) {
  /** @param {Own} own */
  const voted = ({ flag, stars }) => Number(flag !== "none" || stars > 0);
  counts.reviewed += voted(after) - voted(before);
  counts.picked += Number(after.flag === "pick") - Number(before.flag === "pick");
  counts.rejected += Number(after.flag === "reject") - Number(before.flag === "reject");
}
