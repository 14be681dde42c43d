/** All images on a plane, alike beside alike: coloured by what is known of them, circled by a lasso, in clusters. */

import { get, post } from "../core/api.js";
import { confirmed } from "../components/confirm.js";
import { Scatter } from "../components/scatter.js";
import { button, nothing } from "../components/card.js";
import { counted, element } from "../core/element.js";
import { sent } from "../core/fields.js";
import { hueOf, shadeOf } from "../core/hues.js";
import { answer } from "../core/keys.js";
import { condition, replaced } from "../core/query.js";
import { whyNot } from "../core/roles.js";
import { setting, whenSet } from "../core/settings.js";
import { show } from "../core/sight.js";
import { atWork, say, sayWrong } from "../core/status.js";
import { onStream } from "../core/stream.js";

/** @import { App } from "../core/app.js" */
/** @import { Choosing, ImageMap, MapCluster, MapColours } from "../core/types.js" */

export const name = "map";
export const key = "w";
export const title = "Map";

const METHODS = new Map([["tsne", "Neighbours (t-SNE)"], ["pca", "Differences (PCA)"]]);
const MANY = 100;

/** @param {HTMLElement} place @param {App} app */
export function mount(place, app) {
  const map = new MapView(place, app);
  map.load().catch(sayWrong);
  /** @param {number} right @param {number} down */
  const walk = (right, down) => () => {
    const id = map.scatter.towards(right, down);
    if (id !== undefined) app.lookAt(id);
  };
  const ends = [
    app.on("ids", () => map.mean()),
    app.on("cursor", () => app.cursor !== null && map.scatter.follow(app.cursor)),
    app.on("changed", () => map.colourSoon()),
    app.on("images", () => map.load().catch(sayWrong)),
    whenSet("theme", () => map.scatter.draw()),
    whenSet("scores", () => map.offer()),
    onStream("choosing", (told) => map.tell(told)),
    answer({
      left: walk(-1, 0), right: walk(1, 0), up: walk(0, -1), down: walk(0, 1),
      bigger: () => map.scatter.zoomThere(1.5), smaller: () => map.scatter.zoomThere(1 / 1.5),
      zoom: () => map.scatter.zoomThere(map.scatter.view.zoom > 1 ? 1e-9 : 8),
      enter: () => app.openAt(app.cursor),
    }),
  ];
  return () => {
    map.gone = true;
    map.scatter.end();
    ends.forEach((end) => end());
  };
}

class MapView {
  gone = false;
  /** @type {ImageMap | null} */
  found = null;
  #asker = String(Math.random());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {HTMLElement} place @param {App} app */
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.scatter = new Scatter({
      chose: (id) => app.lookAt(id), opened: (id) => app.openAt(id), circled: (corners) => this.#circled(corners), wanted: (ids) => this.#picture(ids).catch(sayWrong),
    });
    this.method = this.#choice("Map", () => this.load());
    this.vectors = this.#choice("By", () => this.load());
    this.by = this.#choice("Colour", () => this.colour());
    this.lasso = element("button", { class: "plain", "aria-pressed": "false", title: "A drag circles images; so does a drag with Shift", click: () => this.#toggle() }, "Lasso");
    this.all = button("Let the lasso go", () => app.ask(replaced(app.query, "lasso")));
    this.anew = button("Lay out anew", () => this.#again().catch(sayWrong));
    this.anew.hidden = Boolean(whyNot(app.state.role, "tag"));
    this.legend = element("div", { class: "legend" });
    this.clusters = element("div", { class: "clusters" });
    this.said = element("p", { class: "quiet" });
    this.panel = element("aside", { class: "panel", "aria-label": "About the map" },
      this.method.parentElement, this.vectors.parentElement, this.by.parentElement, this.legend,
      element("div", { class: "line" }, this.lasso, this.all, this.anew), this.said, element("h2", {}, "Clusters by likeness"), this.clusters);
    this.board = element("div", { class: "set map" }, element("div", { class: "plane" }, this.scatter.canvas), this.panel);
    place.replaceChildren(this.board);
    this.scatter.cursor = app.cursor;
    this.all.hidden = true;
    this.said.textContent = "One moment: the map is laid out once, then kept.";
    this.offer();
  }

  /** What the map can be coloured by. */
  offer() {
    const { metrics, styles, traits, series, curators, role, you } = this.app.state;
    const scores = setting("scores") ? ["score", ...metrics.map(({ name }) => name)] : [];
    const others = role === "voter" ? [] : curators.filter((who) => who !== you).map((who) => `flag:${who}`);
    const fields = ["cluster", "flag", ...others, ...scores, ...styles.map((style) => `style.${style}`), ...(series.length > 1 ? ["series"] : []), ...Object.keys(traits)];
    const chosen = this.by.value || this.app.params.get("colour") || "cluster";
    this.by.replaceChildren(...fields.map((field) => element("option", { value: field }, field.replace(/^flag$/, "your flags").replace(/^flag:/, "flags of "))));
    this.by.value = fields.includes(chosen) ? chosen : "cluster";
    if (this.found) this.colour().catch(sayWrong);
  }

  /** @param {string} label @param {() => Promise<void>} then */
  #choice(label, then) {
    const made = element("select", { "aria-label": label, change: () => then().catch(sayWrong) });
    element("label", { class: "line" }, element("span", { class: "grow" }, label), made);
    return made;
  }

  /** @param {boolean} [anew] */
  async load(anew = false) {
    const query = new URLSearchParams({ method: this.method.value || this.app.params.get("method") || "tsne", vectors: this.vectors.value || this.app.params.get("vectors") || "", asker: this.#asker });
    try {
      const found = /** @type {ImageMap} */ (await atWork(anew ? post(`/api/map?${query}`) : get(`/api/map?${query}`)));
      if (this.gone) return;
      this.found = found;
      this.method.replaceChildren(...found.methods.map((value) => element("option", { value }, METHODS.get(value) ?? value)));
      this.vectors.replaceChildren(...found.known.map((value) => element("option", { value }, value === "colour" ? "colours" : value)));
      [this.method.value, this.vectors.value] = [found.method, found.vectors];
      this.scatter.points = found;
      this.#tellClusters();
      this.mean();
      await this.colour();
    } catch (/** @type {any} */ refusal) {
      if (refusal?.error === undefined || refusal.line) throw refusal;
      if (!this.found && (this.app.params.get("method") || this.app.params.get("vectors"))) { // of an old link
        this.app.note({ method: null, vectors: null });
        await this.load();
        return say(`${refusal.error}: here is another`);
      }
      this.place.replaceChildren(nothing("There is no map yet", `${refusal.error}. ${refusal.hint}`));
    }
  }

  async #again() {
    if (!(await confirmed("Lay the map out anew?", "Lay out anew", "Images move, and lassos that were saved circle others."))) return;
    await this.load(true);
    say("the map is laid out anew");
  }

  /** @param {Choosing} told */
  tell({ asker, done, total }) {
    if (asker === this.#asker) this.said.textContent = `laying out: ${Math.round((100 * done) / total)} %`;
  }

  /** Show which points the query means. */
  mean() {
    const { app, scatter } = this;
    scatter.meant = app.query ? new Set(app.ids) : null;
    this.all.hidden = replaced(app.query, "lasso") === app.query;
    const known = this.found?.ids.length ?? 0;
    const meant = scatter.meant ? this.found?.ids.filter((id) => scatter.meant?.has(id)).length ?? 0 : known;
    this.said.textContent = `${meant.toLocaleString("en")} of ${counted(known, "image")} are in the query. Drag to move, turn the wheel to come nearer, drag with Shift to circle.`;
    scatter.canvas.setAttribute("aria-label", `Map of ${counted(known, "image")}; arrows go to the nearest image that way`);
    scatter.draw();
  }

  colourSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => !this.gone && this.by.value.startsWith("flag") && this.colour().catch(sayWrong), 300);
  }

  async colour() {
    const { found, scatter } = this;
    if (!found) return;
    const by = this.by.value;
    this.app.note({ method: found.method, vectors: found.vectors, colour: by });
    const told = /** @type {MapColours} */ (by === "cluster"
      ? { words: found.clusters.map((_, place) => this.#named(place)), values: found.cluster }
      : await atWork(get(`/api/map/colours?${new URLSearchParams({ by, method: found.method, vectors: found.vectors })}`)));
    if (this.gone || by !== this.by.value || found !== this.found) return;
    if (told.range && by !== "seed" && !by.startsWith("style.")) for (const id of found.ids) show("scores", id);
    const [low, high] = told.range ?? [0, 1];
    scatter.colours = told.values.map((value) => value === null || value < 0 && told.words ? "#888" : told.words ? colourOf(by, value) : shadeOf((value - low) / (high - low || 1)));
    this.legend.replaceChildren(...(told.words ? told.words.map((word, place) => swatch(colourOf(by, place), word)) : [ramp(low, high)]));
    scatter.draw();
  }

  /** @param {number} place of a cluster */
  #named(place) {
    const { tag, shares } = /** @type {ImageMap} */ (this.found).clusters[place];
    return tag || (shares ? `${place + 1}, mostly ${shares}` : String(place + 1));
  }

  #tellClusters() {
    const { clusters } = /** @type {ImageMap} */ (this.found);
    this.scatter.labels = clusters.flatMap(({ x, y, tag, shares }) => (tag || shares ? [{ x, y, text: tag || shares }] : []));
    const typing = this.clusters.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement;
    if (!typing) this.clusters.replaceChildren(...clusters.map((cluster, place) => this.#cluster(cluster, place)));
  }

  /** @param {MapCluster} cluster @param {number} place */
  #cluster({ count, tag }, place) {
    const members = () => /** @type {ImageMap} */ (this.found).ids.filter((_, at) => this.found?.cluster[at] === place);
    const field = element("input", { placeholder: tag ? "Another name" : "A name", "aria-label": `Name of cluster ${place + 1}`, maxlength: 64, value: "" });
    const name = async () => {
      const value = field.value.trim();
      const ids = members();
      if (!value || (ids.length > MANY && !(await confirmed(`Tag ${counted(ids.length, "image")} ${value}?`, "Tag", "One undo takes it back.")))) return;
      if (!(await sent(field, () => this.app.act(ids.map((asset) => ({ kind: "tag", asset, value })))))) return;
      say(`cluster ${place + 1} is ${value} now: tag:${value} finds it`);
      field.blur(); // it is drawn anew, with its name
      await this.load();
    };
    const select = () => {
      this.app.select(members().filter((id) => this.app.place(id) >= 0));
      say(`${counted(this.app.selection.size, "image")} selected`);
    };
    return element("form", { class: "line", submit: (event) => (event.preventDefault(), name().catch(sayWrong)) },
      element("button", { class: "plain grow", type: "button", click: tag ? () => this.app.ask(condition("tag", ":", tag)) : select }, `${this.#named(place)}: ${counted(count, "image")}`),
      !whyNot(this.app.state.role, "tag") && field);
  }

  #toggle() {
    this.scatter.circles = !this.scatter.circles;
    this.lasso.setAttribute("aria-pressed", String(this.scatter.circles));
  }

  /** @param {[number, number][]} corners */
  #circled(corners) {
    const { method, vectors } = /** @type {ImageMap} */ (this.found);
    const points = corners.map((corner) => corner.map((value) => Math.round(value / 10)).join(","));
    this.app.ask(replaced(this.app.query, "lasso", condition("lasso", ":", [`${method},${vectors}`, ...points].join("/")))).catch(sayWrong);
  }

  /** @param {number[]} ids */
  async #picture(ids) {
    for (const { id, thumb } of await this.app.details(ids.slice(0, 400))) this.scatter.picture(id, thumb);
    this.scatter.draw();
  }
}

/** @param {string} by @param {number} place of the word */
const colourOf = (by, place) => (by.startsWith("flag") ? ["#e5484d", "#999", "#46a758"][place] : hueOf(place));

/** @param {string} colour @param {string} word */
function swatch(colour, word) {
  const dot = element("i", { class: "dot" });
  dot.style.background = colour;
  return element("span", {}, dot, ` ${word}`);
}

/** @param {number} low @param {number} high */
function ramp(low, high) {
  const bar = element("i", { class: "ramp" });
  bar.style.background = `linear-gradient(to right, ${[0, 0.25, 0.5, 0.75, 1].map(shadeOf).join(", ")})`;
  return element("span", { class: "line" }, low.toFixed(Math.abs(low) < 10 ? 2 : 0), bar, high.toFixed(Math.abs(high) < 10 ? 2 : 0));
}
