/** Which way each number is better, in words: the catalogue of metrics says it, and the state holds it. */

/** @import { Better, State } from "./types.js" */

/** The mean percentile and stars are better where they are higher; a seed is not better than another. */
const FIELDS = new Map(Object.entries({ score: "higher", stars: "higher" }));

/**
 * Which way a field is better; a percentile goes the way of its metric.
 * @param {State} state
 * @param {string} field
 * @returns {Better}
 */
export function betterOf(state, field) {
  const name = field.replace(/%$/, "");
  const metric = state.metrics.find((each) => each.name === name);
  return metric?.better ?? /** @type {Better | undefined} */ (FIELDS.get(name)) ?? "neither";
}

/**
 * The sign of a direction, and the same in words; both empty where neither way is better.
 * @param {Better} better
 */
export function direction(better) {
  return { higher: ["↑", "higher is better"], lower: ["↓", "lower is better"], neither: ["", ""] }[better];
}

/**
 * Where a percentile stands among its kind: "better than 87 % of its kind", "higher than 12 % of its kind".
 * @param {number} percentile share of its kind with a lower number, 0 to 100
 * @param {Better} better
 */
export function rankInWords(percentile, better) {
  const above = Math.round(percentile);
  if (better === "neither") return `higher than ${above} % of its kind`;
  return `better than ${better === "higher" ? above : 100 - above} % of its kind`;
}

/**
 * The two orders of a field, the better first where there is one: [term of the query, words].
 * @param {Better} better
 * @param {string} field
 * @returns {[string, string][]}
 */
export function orders(better, field) {
  /** @param {"best" | "worst"} word */
  const said = (word) => (better === "neither" ? "" : `${word} first: `);
  /** @type {[string, string]} */
  const highest = [`-${field}`, `${field}, ${said(better === "lower" ? "worst" : "best")}highest first`];
  /** @type {[string, string]} */
  const lowest = [field, `${field}, ${said(better === "lower" ? "best" : "worst")}lowest first`];
  return better === "lower" ? [lowest, highest] : [highest, lowest];
}

/**
 * What a percentile is a percentile of.
 * @param {State} state
 */
export const kindInWords = ({ percentiles: { fewest } }) =>
  `Its kind: the images of the same prompt and style, or of the same series where these are fewer than ${fewest}.`;
