/** Near-duplicates, a stack at a time, led by the best: keep one, reject the rest, or say that they are two. */

import { get } from "../core/api.js";
import { button, card } from "../components/card.js";
import { largest } from "../components/fit.js";
import { faultsIn } from "../core/culling.js";
import { counted, element, labelled } from "../core/element.js";
import { answer, keysOf, shown } from "../core/keys.js";
import { atWork, say, sayWrong } from "../core/status.js";
import { show } from "../core/sight.js";
import { Nearness } from "./stack_nearness.js";

/** @import { App } from "../core/app.js" */
/** @import { DuplicateStack, StackMember } from "../core/types.js" */

export const name = "stacks";
export const key = "d";
export const title = "Stacks";

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const stacks = new StacksView(place, app);
  stacks.load().catch(sayWrong);
  const before = app.cursor; // the place in the grid, to come back to
  app.aim = () => (stacks.members.some((id) => id === app.cursor) && app.cursor !== null ? [app.cursor] : []);
  const ends = [
    app.on("changed", () => (stacks.count(), stacks.draw())),
    app.on("ids", () => stacks.load().catch(sayWrong)),
    app.on("cursor", () => stacks.mark()),
    app.on("images", () => stacks.load().catch(sayWrong)),
    answer({
      left: () => stacks.step(-1),
      right: () => stacks.step(1),
      up: () => stacks.turn(-1),
      down: () => stacks.turn(1),
      pageUp: () => stacks.turn(-1),
      pageDown: () => stacks.turn(1),
      first: () => stacks.turn(-stacks.stacks.length),
      last: () => stacks.turn(stacks.stacks.length),
      enter: () => app.openAt(app.cursor),
      keep: () => stacks.keep(),
      unstack: () => stacks.unstack(),
      undo: () => stacks.again("undo"),
      redo: () => stacks.again("redo"),
    }),
  ];
  return () => {
    stacks.gone = true;
    stacks.sizes.disconnect();
    ends.forEach((end) => end());
    if (app.view === "grid") app.moveTo(before);
  };
}

class StacksView {
  gone = false;
  /** @type {DuplicateStack[]} */
  stacks = [];
  #at = 0;
  /** @type {Promise<void> | null} */
  #asking = null;

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.head = element("p", { class: "grow" });
    this.unresolved = button("To the next unresolved", () => this.turnTo(this.#nextUnresolved()));
    this.nearness = new Nearness(app, () => this.move());
    this.list = element("div", { class: "cards", role: "listbox", tabindex: "0", "aria-label": "Near-duplicates" });
    this.sizes = new ResizeObserver(() => this.#fit());
    this.sizes.observe(this.list);
    /** @param {string} words @param {string} action @param {() => unknown} does @param {boolean} [strong] */
    const act = (words, action, does, strong) => {
      const made = button(words, does, strong);
      made.append(element("kbd", {}, keysOf(action).map(shown)[0] ?? ""));
      return made;
    };
    this.empty = element("div", { class: "grow" });
    this.acts = element(
      "div",
      { class: "line centred" },
      act("Previous", "up", () => this.turn(-1)),
      act("Keep this, reject the rest", "keep", () => this.keep(), true),
      act("Not a duplicate", "unstack", () => this.unstack()),
      (this.faulty = button("", () => this.rejectFaulty())),
      act("Next", "down", () => this.turn(1)),
    );
    this.board = element("section", { class: "read" },
      element("div", { class: "line" }, this.head, this.unresolved, this.nearness.element), this.nearness.aside,
      this.empty, this.list, this.acts);
  }

  get stack() {
    return this.stacks[this.#at];
  }

  /** The numbers of the stack in sight, its best first. */
  get members() {
    return this.stack ? [this.stack.representative, ...this.stack.members.map(({ id }) => id)] : [];
  }

  load() {
    const named = Number(this.app.params.get("stack"));
    return named ? this.#ask(named) : this.#ask(this.app.cursor, true);
  }

  /** Show the stacks as other thresholds would draw them; nothing is kept. */
  move() {
    this.#asking ??= this.#follow().catch(sayWrong).finally(() => (this.#asking = null));
  }

  /** Ask until what is shown is what the slider means: it moves faster than large collections are grouped. */
  async #follow() {
    for (let shown = null; shown !== this.nearness.value && !this.gone; ) {
      shown = this.nearness.value;
      await this.#ask(this.stack?.representative);
    }
  }

  /**
   * Ask for the stacks and show the one that holds the wanted image, or else the first that is not resolved.
   * @param {number | null | undefined} wanted @param {boolean} [pass] whether a resolved one is passed over
   */
  async #ask(wanted, pass = false) {
    const query = this.app.query;
    const found = await atWork(get(`/api/stacks?${new URLSearchParams({ nearer: String(this.nearness.value), q: query })}`));
    if (this.gone || query !== this.app.query) return;
    this.stacks = found.stacks;
    this.nearness.tell(found);
    const place = this.#placeOf([wanted ?? 0]);
    const there = place >= 0 && !(pass && this.stacks[place].resolved);
    await this.#show(there ? place : Math.max(0, this.stacks.findIndex(({ resolved }) => !resolved)));
    if (found.at?.loosest) say("no farther neighbours are kept: collection dedupe --cosine looks for them");
  }

  /** The first stack that holds one of these images, or -1. @param {number[]} ids */
  #placeOf(ids) {
    return this.stacks.findIndex(({ representative, members }) => ids.includes(representative) || members.some(({ id }) => ids.includes(id)));
  }

  /** The next stack that is not resolved, or else the first such one; -1 where all are. */
  #nextUnresolved() {
    const after = this.stacks.findIndex(({ resolved }, place) => !resolved && place > this.#at);
    return after >= 0 ? after : this.stacks.findIndex(({ resolved }) => !resolved);
  }

  /** Say of the stack in sight whether it is resolved now. */
  count() {
    if (!this.members.length || !this.members.every((id) => this.app.known(id))) return;
    const flagged = (/** @type {number} */ id) => (this.app.known(id)?.you.flag ?? "none") !== "none";
    const { representative, members } = this.stack;
    const apart = members.every((member) => member.apart);
    this.stack.resolved = apart || (flagged(representative) && members.every(({ id, apart }) => apart || flagged(id)));
  }

  /** @param {number} stacks */
  turn(stacks) {
    this.turnTo(Math.min(Math.max(0, this.#at + stacks), this.stacks.length - 1));
  }

  /** @param {number} place */
  turnTo(place) {
    if (place >= 0) this.#show(place).catch(sayWrong);
  }

  /** Undo or redo, and show the stack that it was about. @param {"undo" | "redo"} kind */
  async again(kind) {
    const changed = await this.app[kind]();
    if (changed === false) return;
    const place = this.#placeOf(changed);
    if (place >= 0) {
      const { representative, members } = this.stacks[place];
      const all = [representative, ...members.map(({ id }) => id)];
      this.stacks[place].resolved = false;
      await this.#show(place);
      this.app.lookAt(all.find((id) => this.app.known(id)?.you.flag === "pick") ?? all[0]);
      this.count();
      this.draw();
    }
    say(changed.length ? `${kind === "undo" ? "undone" : "done again"}: ${changed.length === 1 ? labelled(changed[0]) : counted(changed.length, "image")}` : `nothing to ${kind}`);
  }

  /** @param {number} places */
  step(places) {
    const to = this.members.findIndex((id) => id === this.app.cursor) + places;
    if (to >= 0 && to < this.members.length) this.app.lookAt(this.members[to]);
  }

  /** @param {number} at */
  async #show(at) {
    this.#at = at;
    if (!this.stack) return this.draw();
    const { members } = this;
    if (!members.some((id) => id === this.app.cursor)) this.app.lookAt(members[0]); // at once: the next key is about it
    this.app.note({ stack: this.stack.representative });
    if (!members.every((id) => this.app.known(id))) this.list.replaceChildren(); // what is decided about is not in sight yet
    await this.app.details(members);
    if (this.gone || at !== this.#at) return;
    this.count();
    this.draw();
    this.app.tell("loaded");
    if (document.activeElement === document.body) this.list.focus({ preventScroll: true });
  }

  draw() {
    if (!this.board.isConnected) this.place.replaceChildren(this.board);
    this.list.hidden = this.acts.hidden = !this.stack;
    this.empty.replaceChildren(...(this.stack ? [] : [this.nearness.none()]));
    this.empty.hidden = Boolean(this.stack);
    if (!this.stack) {
      this.head.textContent = "";
      this.unresolved.hidden = true;
      return;
    }
    const open = this.stacks.filter(({ resolved }) => !resolved).length;
    const of = this.app.query ? " of the query" : "";
    this.head.textContent = `Stack ${this.#at + 1} of ${this.stacks.length.toLocaleString("en")}${of} · ${counted(this.members.length, "picture")} · ${open ? `${open.toLocaleString("en")} unresolved` : "all resolved"}${this.stack.resolved ? " · this one is resolved" : ""}`;
    this.unresolved.hidden = !open;
    this.faulty.textContent = `Reject the ${this.#preselected.length} preselected`;
    this.faulty.hidden = !this.#preselected.length;
    this.list.replaceChildren(...[{ id: this.stack.representative }, ...this.stack.members].map((member) => this.#card(member)));
    this.#fit();
    this.mark();
  }

  /** All pictures of the stack as large as they fit together. */
  #fit() {
    this.list.style.setProperty("--side", `${largest(this.members.length, this.list.clientWidth, this.list.clientHeight)}px`);
  }

  /** @param {StackMember} member */
  #card({ id, why, apart }) {
    const reason = apart ? `${why}, but two pictures, says ${apart}` : why ?? "stands for the others";
    const faults = this.#faults(id).map(({ why }) => element("span", { class: "fault-said" }, why));
    return card(id, this.app.known(id), {
      large: true, caption: [element("b", {}, labelled(id)), reason, ...faults], click: () => this.app.lookAt(id),
    });
  }

  mark() {
    for (const made of /** @type {Iterable<HTMLElement>} */ (this.list.children)) {
      const here = Number(made.dataset.id) === this.app.cursor;
      made.setAttribute("aria-selected", String(here));
      made.id = `member-${made.dataset.id}`;
      if (here) {
        this.list.setAttribute("aria-activedescendant", made.id);
        made.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    }
  }

  /** The defects of a member by the sliders of the cull. @param {number} id */
  #faults(id) {
    const asset = this.app.known(id);
    const faults = asset ? faultsIn(this.app.state, asset) : [];
    if (faults.length) show("scores", id);
    return faults;
  }

  /** The members that the cull preselects, unless somebody decided about them. */
  get #preselected() {
    return this.members.filter((id) => this.app.known(id)?.you.flag === "none" && this.#faults(id).length);
  }

  /** Reject each preselected member for its defect: one action. */
  async rejectFaulty() {
    const ids = this.#preselected;
    const told = await this.app.act(ids.flatMap((asset) => [
      { kind: "flag", asset, value: "reject" }, { kind: "reason", asset, value: this.#faults(asset)[0].issue },
    ]));
    if (told) say(`rejected ${counted(ids.length, "image")} of this stack, each for its reason`);
  }

  async keep() {
    const kept = this.members.find((id) => id === this.app.cursor);
    if (kept === undefined) return say("choose the picture to keep");
    this.stack.resolved = true;
    const others = this.members.filter((id) => id !== kept);
    const told = this.app.act([
      { kind: "flag", asset: kept, value: "pick" },
      ...others.map((asset) => ({ kind: "flag", asset, value: "reject" })),
    ]);
    const last = this.#at === this.stacks.length - 1;
    this.turn(1);
    if (await told) say(`kept ${labelled(kept)}, rejected ${counted(others.length, "other")}${last ? "; that was the last stack" : ""}`);
  }

  /** Say that this is no duplicate of the leader, or take that back. */
  async unstack() {
    const member = this.stack?.members.find(({ id }) => id === this.app.cursor);
    if (!member) return say("this one leads: choose the picture that is no duplicate of it");
    if (!(await this.app.act([{ kind: "apart", asset: member.id, value: !member.apart }]))) return;
    member.apart = member.apart ? "" : this.app.state.you;
    this.draw();
    say(member.apart ? `${labelled(member.id)} is a picture of its own now` : `${labelled(member.id)} is back in its stack`);
  }
}
