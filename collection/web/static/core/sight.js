/** What this page has shown of each image: what a curator saw before deciding belongs into the log. */

/** @typedef {"scores" | "others"} What */

/** @type {Record<What, Set<number>>} */
const shown = { scores: new Set(), others: new Set() };

/** @param {What} what @param {number} id */
export const show = (what, id) => void shown[what].add(id);

/**
 * Whether scores, and what others said, were shown of any of these images.
 * @param {number[]} ids
 */
export const shownOf = (ids) => ({
  scores: ids.some((id) => shown.scores.has(id)),
  others: ids.some((id) => shown.others.has(id)),
});
