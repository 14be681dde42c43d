/** Assisted culling: a slider a defect preselects images, each with its reason; one action rejects them for it. */

import { numbers } from "../core/api.js";
import { confirmed } from "../components/confirm.js";
import { gridKeys, VirtualGrid } from "../components/virtual_grid.js";
import { button, nothing } from "../components/card.js";
import { chosenOf, faultsIn, faultsOf, rounded, termOf } from "../core/culling.js";
import { counted, element } from "../core/element.js";
import { answer } from "../core/keys.js";
import { ListModel } from "../core/list_model.js";
import { parse } from "../core/query.js";
import { whyNot } from "../core/roles.js";
import { keep, setting, whenSet } from "../core/settings.js";
import { atWork, say, sayWrong } from "../core/status.js";
import { show } from "../core/sight.js";

/** @import { App } from "../core/app.js" */
/** @import { Fault } from "../core/culling.js" */

export const name = "cull";
export const key = "h";
export const title = "Cull";

const STEPS = 200;
const MANY = 100;
const SETTLES = 120; // milliseconds that a slider rests before images are asked for
/** What a slider must leave alone. */
const UNTOUCHED = "is:unreviewed -is:locked";

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const cull = new CullView(place, app);
  app.aim = () => cull.list.targets();
  cull.load().catch(sayWrong);
  const ends = [
    app.on("ids", () => cull.load().catch(sayWrong)),
    app.on("images", () => cull.load().catch(sayWrong)),
    app.on("changed", (ids) => cull.grid.redraw(ids)),
    app.on("cursor", () => cull.grid.follow()),
    app.on("advance", () => cull.list.step(1)),
    whenSet("size", () => cull.grid.reset()),
    answer({ ...gridKeys(cull.grid, cull.list), escape: () => (cull.list.selection.size ? cull.list.select([]) : app.go("grid")) }),
    () => cull.end(),
  ];
  return () => ends.forEach((end) => end());
}

class CullView {
  gone = false;
  /** The images that each issue preselects. @type {Map<string, Uint32Array>} */
  #found = new Map();
  /** What the curator took out of the selection: no slider and no news puts it back. @type {Set<number>} */
  #spared = new Set();
  #asked = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.list = new ListModel(app, () => (this.grid.mark(), this.tell()));
    this.list.none = ["Nothing is preselected", "Move a slider: the unreviewed images of the query that lie beyond it come here."];
    this.list.said = (asset) => {
      show("scores", asset.id);
      return [...faultsIn(app.state, asset).map(({ why }) => why), ...(this.#found.get("duplicate")?.includes(asset.id) ? ["duplicate: not the best of its stack"] : [])].join("\n");
    };
    this.said = element("output", {});
    this.reject = button("Reject", () => this.#reject().catch(sayWrong), true);
    this.again = button("Preselect all again", () => this.list.select(this.list.ids));
    this.reject.hidden = Boolean(whyNot(app.state.role, "reason"));
    this.rows = faultsOf(app.state).map((fault) => this.#row(fault));
    this.panel = element("aside", { class: "panel", "aria-label": "Defects that preselect" },
      element("p", { class: "quiet" }, "Each slider preselects the unreviewed images of the query that lie beyond it. S takes one out. The button rejects the others, each for its reason; X rejects them without one."),
      element("div", { class: "line" }, this.reject, this.again), this.said, element("div", {}, this.rows, this.#duplicates()));
    this.tokens = element("div", { class: "tokens" });
    place.replaceChildren(element("div", { class: "set cull" }, this.tokens, this.panel));
    if (!this.rows.length) this.panel.prepend(nothing("No defect has a number yet", "collection score measures them; the view Work starts it."));
    this.grid = new VirtualGrid(this.tokens, this.list);
  }

  end() {
    this.gone = true;
    clearTimeout(this.#timer);
    this.grid.end();
  }

  /** @param {Fault} fault */
  #row(fault) {
    const { metric, defect, range: [low, high] } = fault;
    const at = () => setting("culling")[defect.issue] ?? defect.threshold;
    const count = element("output", {});
    /** @type {HTMLInputElement} */
    const slider = element("input", { type: "range", min: low, max: high, step: (high - low) / STEPS, value: at(), "aria-label": `${defect.issue}: ${metric} ${defect.side}`,
      input: () => this.#set(defect.issue, rounded(Number(slider.value))) });
    /** @type {HTMLInputElement} */
    const box = element("input", { type: "checkbox", checked: Object.hasOwn(setting("culling"), defect.issue), "aria-label": `Preselect what is ${defect.issue}`,
      change: () => this.#set(defect.issue, box.checked ? rounded(Number(slider.value)) : null) });
    const made = element("div", { class: "fault", title: defect.says, "data-issue": defect.issue }, element("label", {}, box, ` ${defect.issue}`), slider, count);
    return made;
  }

  #duplicates() {
    /** @type {HTMLInputElement} */
    const box = element("input", { type: "checkbox", checked: Object.hasOwn(setting("culling"), "duplicate"), change: () => this.#set("duplicate", box.checked ? 1 : null) });
    return element("div", { class: "fault", "data-issue": "duplicate" }, element("label", {}, box, " all but the best of each stack"), element("output", {}));
  }

  /** @param {string} issue @param {number | null} limit null: it does not preselect */
  #set(issue, limit) {
    const { [issue]: _, ...rest } = setting("culling");
    keep("culling", limit === null ? rest : { ...rest, [issue]: limit });
    const box = /** @type {HTMLInputElement | null} */ (this.panel.querySelector(`[data-issue="${issue}"] input[type=checkbox]`));
    if (box) box.checked = limit !== null;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.load().catch(sayWrong), SETTLES);
  }

  async load() {
    const asked = ++this.#asked;
    const rest = parse(this.app.query).map(({ source }) => source).join(" ");
    const wanted = [...chosenOf(this.app.state).map((fault) => /** @type {[string, string]} */ ([fault.defect.issue, termOf(fault, setting("culling")[fault.defect.issue])])),
      ...(Object.hasOwn(setting("culling"), "duplicate") ? [/** @type {[string, string]} */ (["duplicate", "is:duplicate"])] : [])];
    const found = await atWork(Promise.all(wanted.map(async ([issue, term]) => /** @type {[string, Uint32Array]} */ ([issue, (await numbers(`${rest} ${term} ${UNTOUCHED}`)).ids]))));
    if (this.gone || asked !== this.#asked) return;
    this.#found = new Map(found);
    const marked = new Set(found.flatMap(([, ids]) => [...ids]));
    this.#spare();
    this.list.fill([...this.app.ids].filter((id) => marked.has(id)));
    this.list.select(this.list.ids.filter((id) => !this.#spared.has(id)));
    if (this.list.place(this.app.cursor) < 0 && this.list.ids.length) this.app.lookAt(this.list.ids[0]);
    for (const row of this.panel.querySelectorAll(".fault")) {
      const issue = /** @type {HTMLElement} */ (row).dataset.issue ?? "";
      const limit = setting("culling")[issue];
      const of = faultsOf(this.app.state).find(({ defect }) => defect.issue === issue);
      const said = of ? `${of.metric} ${of.defect.side} ${limit ?? of.defect.threshold}: ` : "";
      row.lastElementChild?.replaceChildren(limit === undefined ? "off" : `${said}${counted(this.#found.get(issue)?.length ?? 0, "image")}`);
    }
    this.grid.reset();
    this.tell();
  }

  #spare() {
    for (const id of this.list.ids) this.#spared[this.list.selection.has(id) ? "delete" : "add"](id);
  }

  tell() {
    const { size } = this.list.selection;
    const found = this.list.ids.length;
    this.said.textContent = found ? `${size.toLocaleString("en")} of ${counted(found, "image")} preselected` : "No image is preselected";
    this.reject.textContent = size ? `Reject the ${size.toLocaleString("en")}, each for its reason` : "Reject, each for its reason";
    this.reject.disabled = !size;
    this.again.hidden = size === found;
  }

  /** One action: each is rejected for the first of its defects. */
  async #reject() {
    const ids = [...this.list.selection];
    if (ids.length > MANY && !(await confirmed(`Reject ${counted(ids.length, "image")}?`, "Reject", "One undo takes it back."))) return;
    const sets = [...this.#found].map(([issue, found]) => /** @type {const} */ ([issue, new Set(found)]));
    const told = await this.app.act(ids.flatMap((asset) => [
      { kind: "flag", asset, value: "reject" },
      { kind: "reason", asset, value: sets.find(([, found]) => found.has(asset))?.[0] ?? "defect" },
    ]));
    if (!told) return;
    this.#spared.clear(); // what is left is looked at anew
    this.list.fill([]);
    say(`rejected ${counted(ids.length, "image")}, each for its reason; one undo takes it back`);
    await this.load();
  }
}
