/** How near near-duplicates are, on one scale for hashes (bits) and vectors (cosines): 0 the least near, 1 the same. */

const inBits = (kind) => kind === "phash" || kind === "mirrored";

/** The widest distances of all stacks, and what a strictness means between them and none. */
export function looser(stacks) {
  const widest = (wanted) =>
    stacks.flatMap(({ members }) => members).filter(({ kind }) => wanted(kind)).reduce((most, { distance }) => Math.max(most, distance), 0);
  const [bits, apart] = [widest(inBits), widest((kind) => !inBits(kind))];
  const within = (strictness) => ({ bits: Math.round(bits * (1 - strictness)), apart: apart * (1 - strictness) });
  return {
    within,
    words: (strictness) => {
      const limits = within(strictness);
      return [bits && `${limits.bits} bits`, apart && `cosine ${(1 - limits.apart).toFixed(3)}`].filter(Boolean).join(", ") || "only the same";
    },
  };
}

/** The stacks with only those members that are near enough to the one that leads; a stack of one is none. */
export function closest(stacks, widest, strictness) {
  const { bits, apart } = widest.within(strictness);
  const near = ({ kind, distance }) => distance <= (inBits(kind) ? bits : apart) + 1e-9;
  return stacks
    .map((stack) => ({ ...stack, members: stack.members.filter(near) }))
    .filter(({ members }) => members.length);
}
