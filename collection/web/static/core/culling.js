/** Which defects preselect images, from where on, and why: the numbers of an image against the sliders of the cull. */

import { condition } from "./query.js";
import { setting } from "./settings.js";

/** @import { Asset, Defect, State } from "./types.js" */

/** @typedef {{metric: string, range: [number, number], defect: Defect}} Fault */

/** The defects that the project's images have numbers for. @param {State} state @returns {Fault[]} */
export const faultsOf = (state) =>
  state.metrics.flatMap(({ name, range, defect }) => (defect && range[0] !== null && range[1] !== null && range[0] < range[1] ? [{ metric: name, range: /** @type {[number, number]} */ (range), defect }] : []));

/** Those that preselect now. @param {State} state */
export const chosenOf = (state) => faultsOf(state).filter(({ defect }) => Object.hasOwn(setting("culling"), defect.issue));

/** The condition of a query that a slider means. @param {Fault} fault @param {number} limit */
export const termOf = ({ metric, defect }, limit) => condition(metric, defect.side === "under" ? "<" : ">", limit);

/**
 * Why an image is preselected: "blurred: sharpness 0.31, under 0.4" for each defect.
 * @param {State} state
 * @param {Asset} asset
 * @returns {{issue: string, why: string}[]}
 */
export function faultsIn(state, asset) {
  return chosenOf(state).flatMap(({ metric, defect }) => {
    const value = asset.scores[metric]?.[0];
    const limit = setting("culling")[defect.issue];
    if (value == null || (defect.side === "under" ? value >= limit : value <= limit)) return [];
    return [{ issue: defect.issue, why: `${defect.issue}: ${metric} ${rounded(value)}, ${defect.side} ${rounded(limit)}` }];
  });
}

/** To three digits that count. @param {number} value */
export const rounded = (value) => Number(value.toPrecision(3));
