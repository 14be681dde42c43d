/** What an image was bred or made from, and what came of it: a tree from the oldest on the left to the youngest. */

import { get, Refusal } from "../core/api.js";
import { button, nothing } from "../components/card.js";
import { counted, drawn, element, labelled } from "../core/element.js";
import { answer } from "../core/keys.js";
import { caption, laidOut, towards } from "./family_layout.js";
import { say, sayWrong } from "../core/status.js";
import { fill, pictureOf, tile } from "../components/tile.js";

/** @import { App } from "../core/app.js" */
/** @import { Family, Way } from "../core/types.js" */
/** @import { FamilyLayout, FamilyNode } from "./family_layout.js" */

export const name = "lineage";
export const key = "y";
export const title = "Lineage";

/** Sides of a picture, in pixels: at least, of a family that is too large for the view, at most. */
const SIDES = /** @type {const} */ ([72, 112, 560]);
/** Of these the largest at which all of the family is in sight. */
const FITTING = [280, 216, 176, 144];
const AROUND = 96; // pixels of the view that words and margins take
const COMPARED = 4;

/** @type {Record<string, string | undefined>} */
const WORDS = { config: "planned", breed: "bred", reroll: "rerolled", "top-up": "topped up", variations: "varied" };

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const tree = new LineageTree(place, app);
  const asked = () => Math.max(0, Math.trunc(Number(app.params.get("of")))) || app.cursor;
  tree.load(asked()).catch(sayWrong);
  app.aim = () => (tree.nodes.some(({ image }) => image === app.cursor) && app.cursor !== null ? [app.cursor] : []);
  const ends = [
    app.on("changed", () => tree.mark()),
    app.on("cursor", () => tree.mark()),
    app.on("images", () => tree.root ?? tree.load(asked()).catch(sayWrong)), // what did not come
    answer({
      ...Object.fromEntries(/** @type {Way[]} */ (["left", "right", "up", "down"]).map((way) => [way, () => tree.step(way)])),
      first: () => app.lookAt(tree.root),
      enter: () => tree.load(app.cursor).catch(sayWrong),
      bigger: () => tree.resize(1.25),
      smaller: () => tree.resize(0.8),
      "view:compare": () => tree.compare(),
    }),
  ];
  return () => {
    tree.gone = true;
    ends.forEach((end) => end());
  };
}

class LineageTree {
  gone = false;
  /** @type {number | null} */
  root = null;
  /** @type {FamilyNode[]} */
  nodes = [];
  /** @type {Map<FamilyNode, HTMLElement>} */
  #made = new Map();
  /** @type {HTMLElement | undefined} */
  tree;
  /** @type {HTMLElement | undefined} */
  other;
  /** Of a picture, in pixels; 0: as many as there is room for. */
  #side = 0;
  /** @type {Family | null} */
  #found = null;

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
  }

  /** @param {number | null} id */
  async load(id) {
    if (id == null) return this.#empty("There is no image to look at", "Choose one in the grid first.");
    try {
      const found = await get(`/api/lineage/${id}`);
      this.#found = found;
      const family = laidOut(found, this.#fitting());
      await this.app.details(family.nodes.map(({ image }) => image).filter((image) => image != null));
      if (this.gone) return;
      [this.root, this.nodes] = [id, family.nodes];
      this.app.note({ of: id });
      this.#draw(family, found, id);
    } catch (refusal) {
      if (!(refusal instanceof Refusal) || refusal.line) throw refusal;
      this.#empty(`Nobody knows where ${labelled(id)} comes from`, `${refusal.error}. ${refusal.hint}`);
    }
    this.app.lookAt(id);
    this.app.tell("loaded");
  }

  /** The side of a picture. */
  #fitting() {
    if (this.#side || !this.#found) return this.#side || SIDES[1];
    const { clientWidth: width, clientHeight: height } = this.place;
    const fits = FITTING.find((side) => {
      const drawn = laidOut(/** @type {Family} */ (this.#found), side);
      return drawn.width <= width - AROUND && drawn.height <= height - AROUND;
    });
    return fits ?? SIDES[1];
  }

  /** Draw the family larger or smaller. @param {number} factor */
  resize(factor) {
    if (!this.#found || this.root === null) return;
    this.#side = Math.round(Math.min(SIDES[2], Math.max(SIDES[0], this.#fitting() * factor)));
    const family = laidOut(this.#found, this.#side);
    this.nodes = family.nodes;
    this.#draw(family, this.#found, this.root);
  }

  /** This image beside its parents, or else its children, each as large as the window allows. */
  compare() {
    const level = this.#rootLevel;
    const near = [...this.nodes.filter((node) => node.level === level - 1), ...this.nodes.filter((node) => node.level === level + 1)];
    const ids = [...new Set([this.root, ...near.map(({ image }) => image)])].filter((id) => id !== null && this.app.known(id)).slice(0, COMPARED);
    if (ids.length < 2) return say("it has neither parents nor children to compare it with");
    const listed = ids.every((id) => this.app.place(id) >= 0);
    return this.app.go("compare", { q: listed ? this.app.query : "", ids: ids.join(","), at: this.root });
  }

  /** @param {string} title @param {string} text */
  #empty(title, text) {
    this.place.replaceChildren(nothing(title, text, button("To the grid", () => this.app.go("grid"))));
  }

  /** @param {FamilyLayout} layout @param {Family} found @param {number} root */
  #draw({ nodes, edges, width, height, more }, { origin }, root) {
    const alone = nodes.length === 1;
    const told = alone
      ? `${labelled(root)} was ${WORDS[origin] ?? origin}: it has no parents, and nothing was made of it. Breed it with another under Work.`
      : `${labelled(root)} was ${WORDS[origin] ?? origin}. Left are its parents, right what was made of it.`;
    this.other = button("Its family", () => this.load(this.app.cursor).catch(sayWrong), true);
    const lines = drawn("svg", { width, height, class: "lines", "aria-hidden": "true" });
    for (const [from, to] of edges) lines.append(drawn("path", { d: bent(from, to, this.#fitting()) }));
    this.#made = new Map(nodes.map((node) => [node, this.#node(node)]));
    this.tree = element("div", { class: "family", role: "tree", tabindex: "0", "aria-label": `Family of ${labelled(root)}` },
      lines, ...this.#made.values());
    this.tree.style.setProperty("--side", `${this.#fitting()}px`);
    this.tree.style.width = `${width}px`;
    this.tree.style.height = `${height}px`;
    const rest = more ? element("p", { class: "quiet" }, `and ${counted(more, "more child", "more children")}`) : null;
    this.place.replaceChildren(element("section", { class: "read" }, 
      element("div", { class: "line" }, element("p", { class: "quiet grow" }, told), this.other, this.nodes.length > 1 && button("Compare with parents and children", () => this.compare()), button("Open", () => this.app.openAt(this.app.cursor))),
      element("div", { class: "scrolled" }, this.tree), rest ?? ""));
    this.mark();
    this.tree.focus({ preventScroll: true });
  }

  /** @param {FamilyNode} node */
  #node(node) {
    const { image, x, y, level, origin, above } = node;
    const asset = image == null ? null : this.app.known(image);
    const picture = tile();
    picture.removeAttribute("role");
    const said = [asset ? asset.label : image ? `${labelled(image)}, not made` : "of another project", above ? "see above" : WORDS[origin] ?? origin];
    const made = element(
      "div",
      {
        class: asset ? "relative" : "relative unknown", role: "treeitem", "aria-level": level + 1, "data-id": image ?? "",
        click: () => asset && this.app.lookAt(image), dblclick: () => asset && this.load(image).catch(sayWrong),
      },
      picture,
      element("span", { "aria-hidden": "true" }, said.filter(Boolean).join(" · ")),
    );
    made.style.transform = `translate(${x}px, ${y}px)`;
    return made;
  }

  /** @param {Way} way */
  step(way) {
    const from = this.nodes.find(({ image }) => image === this.app.cursor) ?? this.nodes[0];
    const to = from && towards(this.nodes.filter(({ image }) => this.app.known(image)), from, way);
    if (to) this.app.lookAt(to.image);
  }

  mark() {
    if (!this.tree) return;
    if (this.other) this.other.hidden = this.app.cursor === this.root;
    for (const [{ image, level }, made] of this.#made) {
      const asset = image == null ? null : this.app.known(image);
      const here = image === this.app.cursor;
      const picture = /** @type {HTMLElement} */ (made.firstElementChild);
      if (asset) {
        fill(picture, asset.id, asset);
        if (this.#fitting() > SIDES[1]) pictureOf(picture).src = asset.preview;
      }
      const words = picture.getAttribute("aria-label") ?? "";
      picture.removeAttribute("aria-label");
      made.setAttribute("aria-label", [words || made.lastElementChild?.textContent, relation(level, this.#rootLevel)].join(", "));
      made.setAttribute("aria-selected", String(here));
      made.classList.toggle("root", image === this.root);
      made.id = `relative-${level}-${image ?? "unknown"}`;
      if (!here) continue;
      this.tree.setAttribute("aria-activedescendant", made.id);
      made.scrollIntoView({ block: "nearest", inline: "nearest" });
    }
  }

  get #rootLevel() {
    return this.nodes.find(({ image }) => image === this.root)?.level ?? 0;
  }
}

/**
 * "parent", "grandparent", "ancestor 3 back", "child"
 * @param {number} level
 * @param {number} root
 */
function relation(level, root) {
  if (level === root) return "this image";
  if (level > root) return "child";
  return ["parent", "grandparent"][root - level - 1] ?? `ancestor, ${root - level} back`;
}

/** @param {FamilyNode} from @param {FamilyNode} to @param {number} side */
function bent(from, to, side) {
  const middleDown = (side + caption()) / 2;
  const [x, y, right, down] = [from.x + side, from.y + middleDown, to.x, to.y + middleDown];
  const middle = (x + right) / 2;
  return `M${x} ${y}C${middle} ${y} ${middle} ${down} ${right} ${down}`;
}
