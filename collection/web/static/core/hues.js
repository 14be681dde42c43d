/** Colours for words and for numbers: words far apart on the wheel, numbers from dark blue over green to yellow. */

/** Of numbers, from the lowest to the highest. @type {[number, number, number][]} */
const RAMP = [[68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37]];

/** @param {number} place of the word */
export const hueOf = (place) => `hsl(${Math.round(place * 137.508) % 360} ${place % 2 ? 75 : 60}% ${place % 3 ? 48 : 60}%)`;

/** @param {number} share 0 to 1 */
export function shadeOf(share) {
  const at = Math.min(1, Math.max(0, share)) * (RAMP.length - 1);
  const low = Math.min(RAMP.length - 2, Math.floor(at));
  const mixed = RAMP[low].map((value, channel) => Math.round(value + (RAMP[low + 1][channel] - value) * (at - low)));
  return `rgb(${mixed.join(" ")})`;
}
