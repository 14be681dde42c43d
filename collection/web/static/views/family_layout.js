/** Where the members of a family stand when it is drawn: a column a generation, parents between their own parents. */

export const WIDTH = 112;
export const HEIGHT = 140;
const ACROSS = WIDTH + 56;
const DOWN = HEIGHT + 12;
const MARGIN = 8;
const MOST_CHILDREN = 60;

/**
 * @param {any} found GET /api/lineage/ID
 * @returns nodes `{image, origin, above, level, x, y}` (level 0 the oldest), edges between them from parent to child,
 * the size of the drawing, and how many children were left out
 */
export function laidOut(found) {
  const depth = generations(found);
  const [nodes, edges] = [[], []];
  let row = 0;
  const place = (item, level) => {
    const parents = (item.parents ?? []).map((parent) => place(parent, level - 1));
    const at = parents.length ? parents.reduce((sum, { at }) => sum + at, 0) / parents.length : row++;
    const node = { image: item.image, origin: item.origin, above: item.above, level, at };
    nodes.push(node);
    edges.push(...parents.map((parent) => [parent, node]));
    return node;
  };
  const root = place(found, depth);
  const children = found.children.slice(0, MOST_CHILDREN);
  children.forEach(({ image, origin }, place) => {
    const node = { image, origin, level: depth + 1, at: root.at + place - (children.length - 1) / 2 };
    nodes.push(node);
    edges.push([root, node]);
  });
  const top = Math.min(...nodes.map(({ at }) => at));
  for (const node of nodes) {
    node.x = MARGIN + node.level * ACROSS;
    node.y = MARGIN + (node.at - top) * DOWN;
  }
  return {
    nodes,
    edges,
    width: Math.max(...nodes.map(({ x }) => x)) + WIDTH + MARGIN,
    height: Math.max(...nodes.map(({ y }) => y)) + HEIGHT + MARGIN,
    more: found.children.length - children.length,
  };
}

const generations = ({ parents = [] }) => (parents.length ? 1 + Math.max(...parents.map(generations)) : 0);

/** The node that an arrow leads to: the nearest of those that lie that way. */
export function towards(nodes, from, way) {
  const [along, across] = way === "left" || way === "right" ? ["x", "y"] : ["y", "x"];
  const sign = way === "left" || way === "up" ? -1 : 1;
  const beyond = nodes.filter((node) => (node[along] - from[along]) * sign > 1 && (along === "x" || node.x === from.x));
  const distance = (node) => Math.abs(node[along] - from[along]) * 2 + Math.abs(node[across] - from[across]);
  return beyond.sort((one, other) => distance(one) - distance(other))[0];
}
