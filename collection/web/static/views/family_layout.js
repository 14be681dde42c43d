/** Where the members of a family stand when it is drawn: a column a generation, parents between their own parents. */

import { rem } from "../core/element.js";

/** @import { Ancestor, Family, Way } from "../core/types.js" */

/** Pixels under a picture, for its caption. */
export const caption = () => rem(2.15);
const [BESIDE, UNDER] = [56, 12];
const MARGIN = 8;
const MOST_CHILDREN = 60;

/**
 * @typedef {object} FamilyNode
 * @property {number | null} image
 * @property {string} origin
 * @property {boolean} [above] whether it stands elsewhere in the tree already
 * @property {number} level 0 is the oldest
 * @property {number} at its row
 * @property {number} x
 * @property {number} y
 */

/**
 * @typedef {object} FamilyLayout
 * @property {FamilyNode[]} nodes
 * @property {[FamilyNode, FamilyNode][]} edges from parent to child
 * @property {number} width of the drawing
 * @property {number} height
 * @property {number} more how many children were left out
 */

/**
 * @param {Family} found
 * @param {number} side of a picture, in pixels
 * @returns {FamilyLayout}
 */
export function laidOut(found, side) {
  const [across, down] = [side + BESIDE, side + caption() + UNDER];
  const depth = generations(found);
  /** @type {FamilyNode[]} */
  const nodes = [];
  /** @type {[FamilyNode, FamilyNode][]} */
  const edges = [];
  let row = 0;
  /** @param {Ancestor} item @param {number} level @returns {FamilyNode} */
  const place = (item, level) => {
    const parents = (item.parents ?? []).map((parent) => place(parent, level - 1));
    const at = parents.length ? parents.reduce((sum, { at }) => sum + at, 0) / parents.length : row++;
    const node = { image: item.image, origin: item.origin, above: item.above, level, at, x: 0, y: 0 };
    nodes.push(node);
    edges.push(...parents.map((parent) => /** @type {[FamilyNode, FamilyNode]} */ ([parent, node])));
    return node;
  };
  const root = place(found, depth);
  const children = found.children.slice(0, MOST_CHILDREN);
  children.forEach(({ image, origin }, place) => {
    const node = { image, origin, level: depth + 1, at: root.at + place - (children.length - 1) / 2, x: 0, y: 0 };
    nodes.push(node);
    edges.push([root, node]);
  });
  const top = Math.min(...nodes.map(({ at }) => at));
  for (const node of nodes) {
    node.x = MARGIN + node.level * across;
    node.y = MARGIN + (node.at - top) * down;
  }
  return {
    nodes,
    edges,
    width: Math.max(...nodes.map(({ x }) => x)) + side + MARGIN,
    height: Math.max(...nodes.map(({ y }) => y)) + side + caption() + MARGIN,
    more: found.children.length - children.length,
  };
}

/** @param {Ancestor} family @returns {number} */
const generations = ({ parents = [] }) => (parents.length ? 1 + Math.max(...parents.map(generations)) : 0);

/**
 * The node that an arrow leads to: the nearest of those that lie that way.
 * @param {FamilyNode[]} nodes
 * @param {FamilyNode} from
 * @param {Way} way
 */
export function towards(nodes, from, way) {
  /** @type {("x" | "y")[]} */
  const [along, across] = way === "left" || way === "right" ? ["x", "y"] : ["y", "x"];
  const sign = way === "left" || way === "up" ? -1 : 1;
  const beyond = nodes.filter((node) => (node[along] - from[along]) * sign > 1 && (along === "x" || node.x === from.x));
  /** @param {FamilyNode} node */
  const distance = (node) => Math.abs(node[along] - from[along]) * 2 + Math.abs(node[across] - from[across]);
  return beyond.sort((one, other) => distance(one) - distance(other))[0];
}
