/** One small picture with what is known of it: flag, colour, lock, stars, duplicates, warnings, score. */

import { element, labelled, present } from "../core/element.js";
import { setting } from "../core/settings.js";
import { badge } from "../core/badge.js";
import { editionInWords } from "../core/published.js";
import { blank, exchange } from "./picture.js";

/** @import { Asset, ImageList } from "../core/types.js" */

/** An empty tile: three elements, whatever it shows, because there are many of them. */
export function tile() {
  return element(
    "div",
    { class: "tile", role: "option" },
    blank(),
    element("span", { class: "badges", "aria-hidden": "true" }), // the label says it in words
  );
}

/** The picture of a tile. @param {HTMLElement} made */
export const pictureOf = (made) => /** @type {HTMLImageElement} */ (made.firstElementChild);

/**
 * Show an image in a tile; of one whose details are not there yet, its number.
 * @param {HTMLElement} made
 * @param {number} id
 * @param {Asset | null} [asset]
 * @param {(asset: Asset) => string} [said] what stands on it in place of its numbers
 * @param {boolean} [added] whether it is new in the set
 */
export function fill(made, id, asset, said = line, added = false) {
  const [picture, badges] = [pictureOf(made), made.children[1]];
  made.dataset.id = String(id);
  if (!asset) {
    exchange(picture);
    badges.textContent = "";
    made.setAttribute("aria-label", labelled(id));
    for (const name of ["flag", "colour", "locked", "warned"]) delete made.dataset[name];
    return;
  }
  exchange(picture, asset.thumb);
  const { flag, colour, locked } = asset.you;
  made.dataset.flag = flag;
  made.dataset.colour = colour;
  made.dataset.locked = String(locked);
  made.dataset.warned = String(asset.issues.length > 0);
  badges.textContent = [added && "new", said(asset)].filter(Boolean).join("  ");
  made.setAttribute("aria-label", [described(asset), added && "new in the set", said !== line && said(asset)].filter(Boolean).join(", "));
}

/** @param {Asset} asset */
function line(asset) {
  const score = setting("scores") ? badge(asset) : "";
  const stack = stacked(asset) ? `×${asset.stack?.size}` : "";
  const token = asset.token == null ? "" : `#${asset.token}`;
  return ["★".repeat(asset.you.stars), stack, token, editionInWords(asset), score].filter(Boolean).join("  ");
}

/** Whether it is in a stack of this collection. @param {Asset} asset */
const stacked = ({ stack }) => stack != null && stack.representative != null;

/**
 * All of it in words: "0031, picked, 3 stars, red, locked, 1 of 3 near-duplicates, banding, score 87"
 * @param {Asset} asset
 */
export function described(asset) {
  const { flag, stars, colour, locked } = asset.you;
  return [
    asset.label,
    { pick: "picked", reject: "rejected", none: "" }[flag],
    stars && `${stars} ${stars === 1 ? "star" : "stars"}`,
    colour !== "none" && colour,
    locked && "locked",
    stacked(asset) ? `1 of ${asset.stack?.size} near-duplicates` : asset.stack && "near-duplicate of a picture elsewhere",
    asset.token != null && `token ${asset.token}`,
    editionInWords(asset),
    asset.you.reason && `for ${asset.you.reason}`,
    ...asset.you.tags.map((tag) => `tag ${tag}`),
    ...asset.issues,
    setting("scores") && badge(asset),
  ].filter(Boolean).join(", ");
}

/**
 * The same for a picture that is looked at alone: signs and words.
 * @param {Asset} asset
 */
export function badges(asset) {
  const { flag, stars, colour, locked } = asset.you;
  const score = setting("scores") ? badge(asset) : null;
  const marks = [
    element("b", {}, asset.label),
    flag !== "none" && element("span", { class: `flag ${flag}` }, flag === "pick" ? "✓ picked" : asset.you.reason ? `✕ ${asset.you.reason}` : "✕ rejected"),
    stars > 0 && element("span", {}, "★".repeat(stars)),
    colour !== "none" && element("i", { class: `dot ${colour}`, role: "img", "aria-label": colour }),
    locked && element("span", {}, "locked"),
    asset.stack && element("span", {}, stacked(asset) ? `×${asset.stack.size}` : "duplicate elsewhere"),
    asset.token != null && element("span", {}, `token #${asset.token}`),
    asset.edition && element("span", {}, editionInWords(asset)),
    ...asset.you.tags.map((tag) => element("span", { class: "tag" }, tag)),
    ...asset.issues.map((name) => element("span", {}, `! ${name}`)),
    score !== null && element("span", { class: "score" }, score),
  ];
  return present(marks);
}

/**
 * What stands where pictures would be, and what to do next.
 * @param {ImageList} list
 */
export function empty(list) {
  if (list.none) return element("div", { class: "empty" }, element("h2", {}, list.none[0]), element("p", {}, list.none[1]));
  const none = list.refusal ? "This query cannot be read" : "No image is like that";
  return element(
    "div",
    { class: "empty" },
    element("h2", {}, list.query ? none : "There are no images yet"),
    element("p", {}, list.query ? "Ask for something else above, or go back to all of them." : "Make some: collection generate, or collection run."),
    list.query && element("button", { class: "plain", click: () => list.ask?.("") }, "Show all images"),
  );
}
