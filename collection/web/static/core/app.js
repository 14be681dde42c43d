/** The state of the app: which images are asked for, where the cursor is, what is selected. The address holds it. */

import { addressOf, readAddress, writeAddress } from "./address.js";
import { get, numbers, Refusal } from "./api.js";
import { badgeOf } from "./badge.js";
import { Decisions } from "./decisions.js";
import { Details } from "./details.js";
import { Emitter } from "./emitter.js";
import { News } from "./news.js";
import { ofNumbers } from "./query.js";
import { shownOf } from "./sight.js";
import { atWork, say, sayWrong } from "./status.js";
import { whyNot } from "./roles.js";

/** @import { Decision, Params, State, Value } from "./types.js" */

/**
 * Events: "state" (counts, views), "ids" (another list), "changed" (detail: numbers whose state changed), "cursor",
 * "selection", "view", "stale" (the list may no longer be what the query means), "refused" (see refusal),
 * "images" (images, scores or the set changed), "jobs" (one of jobs.js did).
 */
export class App extends Emitter {
  /** GET /api/state, which `open` asks for. @type {State} */
  state = /** @type {any} */ (null);
  query = "";
  view = "grid";
  /** Whatever else the view keeps in the address. */
  params = new URLSearchParams();
  /** Every image of the query, in its order. */
  ids = /** @type {Uint32Array} */ (new Uint32Array());
  /** @type {number | null} */
  cursor = null;
  /** @type {Set<number>} */
  selection = new Set();
  /** The images that a view of several took over from the selection, of which it shows a part. @type {number[]} */
  several = [];
  /** Set by a view: whether model scores are in its sight. */
  sight = { scores: true };
  /** Set by a view whose decisions are about fewer images than the selection. @type {(() => number[]) | null} */
  aim = null;
  stale = false;
  /** Why the query could not be read. @type {import("./api.js").Refusal | null} */
  refusal = null;
  cache = new Details();
  decisions = new Decisions(this);
  news = new News(this);
  /** The version of the decisions that the list is of. */
  version = 0;
  /** The view that was gone to last: it is shown once the images of its query are there. */
  #next = "grid";
  /** @type {Map<number, number> | null} */
  #places = null;
  /** @type {Record<string, ReturnType<typeof setTimeout> | undefined>} */
  #timers = {};

  async open() {
    addEventListener("popstate", () => this.#follow());
    await this.decisions.adopt();
    await Promise.all([this.renew(), this.#follow(true)]);
    this.news.watch();
  }

  /** The actions on their way. */
  get outbox() {
    return this.decisions.outbox;
  }

  // The address

  /**
   * Show a view; `params` as the address holds them, `q` and `at` among them. The present ones stay where unnamed.
   * @param {string} view
   * @param {Params} [params]
   */
  go(view, params = {}) {
    const next = { q: this.query, at: this.cursor, ...params, view };
    writeAddress(next, "pushState");
    return this.#follow();
  }

  /**
   * Ask for other images, in the same view.
   * @param {string} query
   */
  ask(query) {
    return this.go(this.view, { ...Object.fromEntries(this.params), q: query.trim() });
  }

  /** The address of what is shown, without the cursor: what a saved view keeps. */
  address() {
    return String(addressOf({ ...Object.fromEntries(this.params), q: this.query, view: this.view }));
  }

  /**
   * Keep more of the view in the address, without a step of the history.
   * @param {Params} params
   */
  note(params) {
    writeAddress({ ...Object.fromEntries(this.params), ...params, q: this.query, at: this.cursor, view: this.#next });
    this.params = readAddress().params;
  }

  async #follow(first = false) {
    clearTimeout(this.#timers.address);
    const { query, view, at, params } = readAddress();
    const before = String(this.params);
    const asked = first || query !== this.query;
    [this.params, this.query, this.#next] = [params, query, view];
    if (asked) await this.refresh(at);
    else if (at && at !== this.cursor) this.moveTo(at);
    if (this.#next === this.view && String(this.params) === before) return;
    this.view = this.#next; // another may have been gone to meanwhile
    this.tell("view");
  }

  // The list

  /** Ask for the images of the query again; the cursor stays on its image, else on its place. */
  async refresh(at = this.cursor) {
    const place = Math.max(0, this.place(this.cursor));
    const query = this.query;
    try {
      const { ids, version } = await atWork(this.decisions.settled().then(() => numbers(query)));
      if (query !== this.query) return; // another was asked for meanwhile
      badgeOf(query);
      [this.ids, this.version, this.#places, this.stale, this.refusal] = [ids, version, null, false, null];
    } catch (refusal) {
      if (query !== this.query) return;
      if (!(refusal instanceof Refusal) || refusal.status !== 400) return sayWrong(refusal);
      this.refusal = refusal; // the query field says it, and it alone
      this.tell("refused");
      return;
    }
    this.selection = new Set([...this.selection].filter((id) => this.place(id) >= 0));
    this.cursor = this.place(at) >= 0 ? at : this.ids[Math.min(place, this.ids.length - 1)] ?? null;
    for (const name of ["ids", "cursor", "selection", "stale"]) this.tell(name);
  }

  /**
   * Where an image is in the list, or -1.
   * @param {number | null} id
   */
  place(id) {
    this.#places ??= new Map(Array.from(this.ids, (each, place) => [each, place]));
    return id === null ? -1 : this.#places.get(id) ?? -1;
  }

  /**
   * What is known of images, fetched and kept.
   * @param {number[]} ids
   */
  details(ids) {
    return this.cache.of(ids);
  }

  /** @param {number | null} id */
  known(id) {
    return id === null ? undefined : this.cache.known(id);
  }

  /** Counts, metrics, views: asked for again. */
  async renew() {
    this.state = await get("/api/state");
    this.tell("state");
  }

  renewSoon() {
    this.#timers.state ??= setTimeout(() => {
      delete this.#timers.state;
      this.renew().catch(sayWrong);
    }, 400);
  }

  // The cursor and the selection

  /** @param {number | null | undefined} id */
  moveTo(id) {
    if (id == null || id === this.cursor || this.place(id) < 0) return false;
    this.cursor = id;
    clearTimeout(this.#timers.address); // browsers refuse an address that changes many times a second
    this.#timers.address = setTimeout(() => this.note({}), 250);
    this.tell("cursor");
    return true;
  }

  /**
   * Put the cursor on any image, in the list or not: for views that show others.
   * @param {number | null | undefined} id
   */
  lookAt(id) {
    if (this.moveTo(id) || id == null || id === this.cursor) return;
    this.cursor = id;
    this.tell("cursor");
  }

  /**
   * Open an image in a view of the list; where it is not in the list, all images are asked for.
   * @param {number | null} id
   * @param {string} [view]
   */
  openAt(id, view = "loupe") {
    return this.go(view, { q: this.place(id) >= 0 ? this.query : "", at: id });
  }

  /**
   * Ask for images by their numbers in a view: for as many as a query holds, and say so where these are not all.
   * @param {number[]} ids
   * @param {string} [view]
   */
  goToAll(ids, view = "grid") {
    const { query, count } = ofNumbers(ids);
    if (count < ids.length) say(`the first ${count.toLocaleString("en")} of ${ids.length.toLocaleString("en")}: a query holds no more numbers`);
    return this.go(view, { q: query, at: ids[0] });
  }

  /**
   * Move by a number of places, no further than the ends; returns whether it moved.
   * @param {number} places
   */
  step(places) {
    const to = Math.min(Math.max(0, this.place(this.cursor) + places), this.ids.length - 1);
    return this.moveTo(this.ids[to]);
  }

  /** @param {Iterable<number>} ids */
  select(ids) {
    this.selection = new Set(ids);
    this.tell("selection");
  }

  /** What an action is about: what the view aims at, else the selection, else the image under the cursor. */
  targets() {
    if (this.aim) return this.aim();
    if (this.selection.size) return [...this.selection];
    return this.cursor == null ? [] : [this.cursor];
  }

  // Decisions

  /**
   * Say the same of some images; resolves to whether it was kept.
   * @param {string} kind flag, stars, colour, lock or note
   * @param {Value} value
   * @param {number[]} targets
   */
  decide(kind, value, targets = this.targets()) {
    return this.act(targets.map((asset) => ({ kind, asset, value })));
  }

  /**
   * One action of several decisions, `{kind, asset, value, other?}`: one undo takes it back.
   * @param {Decision[]} decisions
   */
  async act(decisions) {
    const refused = decisions.map(({ kind }) => whyNot(this.state.role, kind)).find(Boolean);
    if (refused) return say(refused), false;
    return decisions.length ? (await this.decisions.act(decisions)) !== false : false;
  }

  undo() {
    return this.decisions.step("undo");
  }

  redo() {
    return this.decisions.step("redo");
  }

  /**
   * What the page showed of images, until now; goes into the log. A view that hides scores decides without them.
   * @param {number[]} ids
   */
  seen(ids) {
    const { scores, others } = shownOf(ids);
    return { view: this.address().slice(0, 4000) || "grid", scores: scores && this.sight.scores, others, version: this.version };
  }

  /** The list may hold what the query no longer means; it stays until the curator looks again. */
  outdate() {
    if (this.stale) return;
    this.stale = true;
    this.tell("stale");
  }

  /**
   * Tell the views that images stand otherwise than they showed.
   * @param {number[]} ids
   */
  changed(ids) {
    if (!ids.length) return;
    this.tell("changed", ids);
    if (/\b(is|stars|colour|by|tag|reason|note)[:<>=]/i.test(this.query)) this.outdate();
  }
}
