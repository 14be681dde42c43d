// The Merkle tree of RFC 9162 over the lines of leaves.txt.

/** @param {string} line */
const leafHash = (line) => sha256(joined(Uint8Array.of(0), utf8(line)));
/** @param {Uint8Array} left @param {Uint8Array} right */
const nodeHash = (left, right) => sha256(joined(Uint8Array.of(1), left, right));

/** The root over all lines, 64 hex digits. @param {string[]} lines */
function merkleRoot(lines) {
  let row = lines.map(leafHash);
  if (!row.length) return hexOf(sha256(new Uint8Array()));
  while (row.length > 1) {
    const above = [];
    for (let place = 0; place + 1 < row.length; place += 2) above.push(nodeHash(row[place], row[place + 1]));
    if (row.length % 2) above.push(row[row.length - 1]);
    row = above;
  }
  return hexOf(row[0]);
}

/**
 * Whether a path proves that the line is number `index`, from 0, of so many below the root.
 * @param {string} root
 * @param {number} leaves
 * @param {number} index
 * @param {string} line
 * @param {string[]} path
 */
function isIncluded(root, leaves, index, line, path) {
  if (!Number.isInteger(index) || index < 0 || index >= leaves) return false;
  let [node, at, last, used] = [leafHash(line), index, leaves - 1, 0];
  for (; last; at >>= 1, last >>= 1) {
    if (at % 2 === 0 && at === last) continue;
    if (used === path.length) return false;
    const sibling = bytesOfHex(path[used++]);
    node = at % 2 ? nodeHash(sibling, node) : nodeHash(node, sibling);
  }
  return used === path.length && hexOf(node) === root;
}
