/** Which number stands on the pictures: the field that they are sorted by, else the score. */

import { parse } from "./query.js";
import { show } from "./sight.js";

/** @import { Asset } from "./types.js" */

let field = "score";

/** Take over what a query sorts by. @param {string} query */
export function badgeOf(query) {
  const sorted = parse(query).find((term) => term.field.toLowerCase() === "sort")?.value.replace(/^-/, "") ?? "score";
  field = /^(random\(|id$|stars$)/.test(sorted) ? "score" : sorted;
}

/**
 * That number of an image with its name: "score 87", "quality 72.0", "banding, percentile 12"; null where it has none.
 * It is remembered as shown.
 * @param {Asset} asset
 */
export function badge(asset) {
  const [name, value] = numberOf(asset);
  if (value == null) return null;
  if (name !== "seed" && name !== "rank") show("scores", asset.id);
  return `${name} ${value}`;
}

/** @param {Asset} asset @returns {[string, string | number | null]} */
function numberOf(asset) {
  const low = field.toLowerCase();
  if (low === "seed" || low === "rank") return [low, low === "seed" ? asset.seed : asset.selected];
  const name = Object.keys(asset.scores).find((each) => each.toLowerCase() === low.replace(/%$/, ""));
  if (name === undefined) return ["score", asset.score == null ? null : Math.round(asset.score)];
  const [value, percentile] = asset.scores[name];
  if (field.endsWith("%")) return [`${name}, percentile`, percentile == null ? null : Math.round(percentile)];
  return [name, value.toFixed(Math.abs(value) < 10 ? 2 : 1)];
}
