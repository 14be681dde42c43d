/** Decisions on their way: shown at once, sent in their order, taken back in sight where the server refuses. */

import { newId, Outbox } from "./outbox.js";
import { atWork, sayWrong } from "./status.js";

/** @import { Counts, Decision, Own, ReviewState } from "./types.js" */

/** The field of what a curator said, by the kind of the decision. @type {Map<string, keyof Own>} */
const FIELD = new Map([["flag", "flag"], ["stars", "stars"], ["colour", "colour"], ["lock", "locked"], ["reason", "reason"]]);

/** Different things that an action says of many images, at most. */
const MOST_ALIKE = 40;

/** @typedef {{id: string, decisions: Decision[], before: Map<number, Own>, undone: boolean}} Shown an action on its way */

export class Decisions {
  outbox = new Outbox();
  #before = new Map(); // how images stood before what is on its way
  #waiting = new Map(); // actions on their way, by image
  /** Oldest first. @type {Shown[]} */
  #shown = [];

  /** @param {import("./app.js").App} app */
  constructor(app) {
    this.app = app;
  }

  /**
   * Keep an action: decisions that one undo takes back. Resolves to whether it was kept.
   * @param {Decision[]} decisions
   */
  async act(decisions) {
    const ids = [...new Set(decisions.map((item) => item.asset))];
    const seen = this.app.seen(decisions.flatMap(({ asset, other }) => (other == null ? [asset] : [asset, other])));
    const action = { id: newId(), decisions, before: this.#standing(ids), undone: false };
    this.#shown.push(action);
    this.#show(decisions);
    this.app.changed(ids);
    const answer = this.#send("/api/events", { decisions: together(decisions), seen }, ids, action.id);
    return answer.finally(() => this.#shown.splice(this.#shown.indexOf(action), 1));
  }

  /**
   * Take back the last action, or bring it back. Resolves to the numbers it was about, or false.
   * @param {"undo" | "redo"} kind
   * @returns {Promise<number[] | false>}
   */
  step(kind) {
    const action = kind === "undo" ? this.#shown.findLast(({ undone }) => !undone) : this.#shown.find(({ undone }) => undone);
    if (!action) return this.#send(`/api/${kind}`, { seen: this.app.seen([]) }, []);
    action.undone = kind === "undo"; // it is on its way itself: what it did is known here
    const ids = [...action.before.keys()];
    if (action.undone) this.app.cache.stand(Object.fromEntries([...action.before].map(([id, you]) => [id, { you }])));
    else this.#show(action.decisions);
    this.app.changed(ids);
    return this.#send(`/api/${kind}`, { seen: this.app.seen([]), of: action.id }, ids);
  }

  /** Resolves once all that was decided so far is kept, refused, or cannot be sent now. */
  settled() {
    return this.outbox.settled();
  }

  /** Send what closed tabs left; what comes of it shows by itself. */
  async adopt() {
    for (const answer of await this.outbox.adopt()) answer.then((said) => this.#take(said)).catch(sayWrong);
  }

  /**
   * @param {string} path
   * @param {object} body
   * @param {number[]} ids
   * @param {string} [as] the id of the action
   * @returns {Promise<number[] | false>}
   */
  async #send(path, body, ids, as) {
    this.#wait(ids, 1);
    try {
      const said = await atWork(this.outbox.send(path, body, as));
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
    if (told.length < settled.length) this.app.news.decided({ ids: settled, versions: settled.map(() => version) }).catch(sayWrong);
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

  /** How the known ones of these images stand. @param {number[]} ids @returns {Map<number, Own>} */
  #standing(ids) {
    return new Map(ids.flatMap((id) => {
      const known = this.app.known(id);
      return known ? [/** @type {[number, Own]} */ ([id, known.you])] : [];
    }));
  }

  /** @param {Decision[]} decisions */
  #show(decisions) {
    for (const { kind, asset, value } of decisions) {
      const known = this.app.known(asset);
      const you = known && after(known.you, kind, value);
      if (known && you) {
        if (!this.#before.has(asset)) this.#before.set(asset, { you: known.you });
        this.app.cache.stand({ [asset]: { you } });
        count(this.app.state.counts, known.you, you);
      }
    }
  }
}

/**
 * What a curator says of an image after one more decision; null for a decision that shows nothing.
 * @param {Own} own
 * @param {string} kind
 * @param {import("./types.js").Value} value
 * @returns {Own | null}
 */
function after(own, kind, value) {
  if (kind === "tag" || kind === "untag") {
    const others = own.tags.filter((each) => each !== value);
    return { ...own, tags: kind === "tag" ? [...others, String(value)] : others };
  }
  const field = FIELD.get(kind);
  if (!field) return null;
  return { ...own, [field]: value, ...(kind === "flag" && value !== "reject" ? { reason: "" } : {}) };
}

/**
 * The same said of many images is sent once, with a list of their numbers: 100,000 of them are one request. Decisions
 * of different kinds keep their order on each image as long as no kind comes twice, which no action has.
 * @param {Decision[]} decisions
 */
function together(decisions) {
  const groups = Map.groupBy(decisions, ({ kind, value }) => `${kind} ${value}`);
  if (decisions.length === 1 || groups.size > MOST_ALIKE || decisions.some(({ other }) => other != null)) return decisions;
  return [...groups.values()].map((group) => ({ ...group[0], asset: group.map(({ asset }) => asset) }));
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
