/** The panel about one image: where it comes from, how it is judged, what people say of it. */

import { get } from "../core/api.js";
import { counted, element, icon, labelled, present } from "../core/element.js";
import { answer } from "../core/keys.js";
import { betterOf, direction, kindInWords, rankInWords } from "../core/metrics.js";
import { editionInWords } from "../core/published.js";
import { condition, withTerm } from "../core/query.js";
import { under } from "../core/names.js";
import { colours, copying } from "./about_recipe.js";
import { NoteForm } from "./note.js";
import { TagForm } from "./tags.js";
import { keep, setting, whenSet } from "../core/settings.js";
import { show } from "../core/sight.js";
import { say, sayWrong } from "../core/status.js";

/** @import { App } from "../core/app.js" */
/** @import { AssetDetail, Child, State } from "../core/types.js" */

const REST = 120; // milliseconds: whoever hurries through the list needs no panel

/** @param {HTMLElement} panel @param {App} app */
export function facts(panel, app) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting;
  const note = new NoteForm(app);
  const tags = new TagForm(app);
  const [head, about] = [element("div", {}), element("div", {})];
  panel.replaceChildren(head, tags.element, note.element, about);
  const renew = () => {
    clearTimeout(waiting);
    panel.hidden = !setting("facts");
    if (panel.hidden) return;
    note.follow();
    tags.follow();
    waiting = setTimeout(() => draw({ head, note, about }, app).catch(sayWrong), REST);
  };
  for (const name of ["cursor", "selection", "ids", "changed", "shown"]) app.on(name, renew);
  whenSet("facts", renew);
  whenSet("scores", renew);
  answer({
    write: () => {
      keep("facts", true); // shows the panel at once: the field must be there before the next key
      if (!note.write()) say("there is no image to write about");
    },
    tag: () => {
      keep("facts", true);
      if (!tags.write()) say("there is no image to tag");
    },
  });
  renew();
}

/** @param {{head: HTMLElement, note: NoteForm, about: HTMLElement}} parts @param {App} app */
async function draw({ head, note, about }, app) {
  const id = app.cursor;
  if (id == null) {
    head.replaceChildren(element("p", { class: "quiet" }, "No image is under the cursor."));
    return about.replaceChildren();
  }
  if (!app.sight.scores) { // it would tell what the view hides
    head.replaceChildren(element("p", { class: "quiet" }, "Hidden while you compare."));
    return about.replaceChildren();
  }
  const asset = await get(`/api/assets/${id}`);
  if (id !== app.cursor || !app.sight.scores) return;
  if (setting("scores")) show("scores", id);
  if (asset.others) show("others", id);
  head.replaceChildren(heading(asset));
  note.show(asset);
  about.replaceChildren(...present([why, scores, votes, duplicates, origin, copying, colours, traits].flatMap((part) => /** @type {Child} */ (part(asset, app)))));
}

/** @param {AssetDetail} asset */
function heading(asset) {
  return element(
    "div",
    { class: "heading" },
    element("h2", {}, asset.label),
    element("a", { href: asset.image, target: "_blank", rel: "noopener" }, `${asset.width} × ${asset.height}`),
    element("button", { "aria-label": "Close", click: () => keep("facts", false) }, icon("cross")),
  );
}

/** @param {AssetDetail} asset */
const why = (asset) => asset.why && element("p", {}, asset.why);

/** @param {AssetDetail} asset @param {App} app */
function scores(asset, app) {
  if (!setting("scores")) return null;
  const rows = Object.entries(asset.scores).map(([name, [value, percentile]]) => score(app.state, name, value, percentile));
  const warnings = asset.issues.map((issue) => element("li", {}, `! ${issue}`));
  return [
    rows.length > 0 && element("table", {}, element("caption", {}, "Scores, and percentile among its kind"), rows),
    rows.length > 0 && element("p", { class: "quiet" }, kindInWords(app.state)),
    warnings.length > 0 && element("ul", {}, warnings),
  ];
}

/**
 * A row: the metric and which way it is better, its value, and its percentile; the meter says whether that is good.
 * @param {State} state
 * @param {string} name
 * @param {number} value
 * @param {number | null} percentile
 */
function score(state, name, value, percentile) {
  const better = betterOf(state, name);
  const [sign, words] = direction(better);
  const place = percentile == null ? "not compared with its kind" : rankInWords(percentile, better);
  const title = [words, place].filter(Boolean).join("; ");
  const good = better === "neither" ? {} : { low: 100 / 3, high: 200 / 3, optimum: better === "higher" ? 100 : 0 };
  return element(
    "tr",
    { title, "data-better": better },
    element("th", { scope: "row" }, name, sign && element("span", { class: "quiet", role: "img", "aria-label": words }, `\u00a0${sign}`)),
    element("td", {}, value.toFixed(Math.abs(value) < 10 ? 2 : 1)),
    element("td", {}, percentile != null &&
      element("meter", { min: 0, max: 100, ...good, value: percentile, "aria-label": `percentile, ${title}` }, `${percentile}`)),
  );
}

/** @param {AssetDetail} asset @param {App} app */
function votes(asset, app) {
  if (app.state.curators.length < 2) return null;
  if (!asset.others) return element("p", { class: "quiet" }, "What others say shows when you have flagged it or given stars.");
  const { flags, stars, reasons, tags } = asset.others;
  const names = [...new Set([flags, stars, tags].flatMap((each) => Object.keys(each)))];
  /** @param {string} name */
  const said = (name) => [
    under(flags, name), under(reasons, name) && `for ${under(reasons, name)}`, "★".repeat(under(stars, name) ?? 0), ...(under(tags, name) ?? []).map((tag) => `tag ${tag}`),
  ].filter(Boolean).join(" ");
  return section("Others", element("ul", {}, names.map((name) => element("li", {}, `${name}: ${said(name)}`)),
    names.length ? "" : element("li", {}, "nobody yet")));
}

/** @param {AssetDetail} asset @param {App} app */
function duplicates(asset, app) {
  const { stack } = asset;
  if (!stack) return null;
  /** @param {number} id @param {string} [why] */
  const to = (id, why) => element("li", {},
    element("button", { click: () => goTo(app, id) }, labelled(id)), ` ${why ?? ""}`);
  const members = asset.duplicates ?? [];
  if (stack.representative == null) return section("Near-duplicate elsewhere", element("p", {}, `${stack.elsewhere}: ${stack.why}`));
  const items = stack.representative === asset.id ? members.map(({ id, why }) => to(id, why)) : [to(stack.representative, `keeps its place: ${stack.why}`)];
  return section(counted(stack.size - 1, "near-duplicate"), element("ul", {}, items));
}

/**
 * To an image, in this view if it is there, else among all.
 * @param {App} app
 * @param {number} id
 */
function goTo(app, id) {
  if (!app.moveTo(id)) app.go(app.view, { q: "", at: id });
}

/** @param {AssetDetail} asset @param {App} app */
function origin(asset, app) {
  const styles = Object.entries(asset.styles).map(([name, weight]) => `${name} ${Math.round(weight * 100)} %`);
  return section(
    "Made of",
    asset.prompt && element("p", { class: "prompt" }, asset.prompt),
    pairs([
      ["series", asset.series && asking(app, condition("series", ":", asset.series), asset.series)],
      ["seed", asset.seed != null && String(asset.seed)],
      ["styles", styles.join(", ")],
      ["model", asset.recipe?.model],
      ["in the set", asset.selected != null && `as number ${asset.selected}`],
      ["token", asset.token != null && `${asset.token} of frozen version ${app.state.published.version}`],
      ["copies", asset.edition && `${editionInWords(asset)}, ${asset.edition.minted.toLocaleString("en")} minted`],
    ]),
  );
}

/** @param {AssetDetail} asset @param {App} app */
function traits(asset, app) {
  const known = app.state.traits;
  /** @type {[string, Child][]} */
  const rows = Object.entries(asset.traits).map(([name, value]) => [
    name, under(known, name)?.includes(value) ? asking(app, condition(name, ":", value), value) : String(value),
  ]);
  return rows.length ? section("Traits", pairs(rows)) : null;
}

/**
 * A button that asks for the images that are like this in one way.
 * @param {App} app
 * @param {string} term
 * @param {string} text
 */
const asking = (app, term, text) =>
  element("button", { class: "chip", title: `only ${term}`, click: () => app.ask(withTerm(app.query, term)) }, text);

/** @param {string} title @param {...Child} content */
const section = (title, ...content) => element("section", {}, element("h3", {}, title), ...content);

/** @param {[string, Child][]} rows */
function pairs(rows) {
  return element("dl", {}, rows.filter(([, value]) => value).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}
