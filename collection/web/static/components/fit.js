/** How large pictures may be that are to be seen together. */

import { rem } from "../core/element.js";

const APART = 16;
const LEAST = 132;

/**
 * The side of the squares of which `count` fit into a place, each with a caption.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 */
export function largest(count, width, height) {
  const caption = rem(2.6);
  const sides = Array.from({ length: count }, (_, more) => {
    const [columns, rows] = [more + 1, Math.ceil(count / (more + 1))];
    return Math.min((width - 8 - APART * (columns - 1)) / columns, (height - 8 - APART * (rows - 1)) / rows - caption);
  });
  return Math.floor(Math.max(LEAST, ...sides));
}
