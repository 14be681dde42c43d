// Who signed the manifest: typed data (EIP-712) and the account that a signature leads back to (SEC 1, section 4.1.6).

const FIELD = 2n ** 256n - 2n ** 32n - 977n;
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const BASE = {
  x: 0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798n,
  y: 0x483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8n,
};
/** @typedef {{x: bigint, y: bigint} | null} Point A point of secp256k1; null is the one at infinity. */

/** @param {bigint} value @param {bigint} modulus */
const modulo = (value, modulus) => ((value % modulus) + modulus) % modulus;

/** @param {bigint} base @param {bigint} exponent @param {bigint} modulus */
function power(base, exponent, modulus) {
  let result = 1n;
  for (let square = modulo(base, modulus), left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** @param {bigint} value @param {bigint} modulus a prime */
const inverse = (value, modulus) => power(value, modulus - 2n, modulus);

/** @param {Point} one @param {Point} other @returns {Point} */
function addPoints(one, other) {
  if (!one) return other;
  if (!other) return one;
  if (one.x === other.x && modulo(one.y + other.y, FIELD) === 0n) return null;
  const slope =
    one.x === other.x
      ? modulo(3n * one.x * one.x * inverse(2n * one.y, FIELD), FIELD)
      : modulo((other.y - one.y) * inverse(other.x - one.x, FIELD), FIELD);
  const x = modulo(slope * slope - one.x - other.x, FIELD);
  return { x, y: modulo(slope * (one.x - x) - one.y, FIELD) };
}

/** @param {Point} point @param {bigint} times @returns {Point} */
function multiplied(point, times) {
  /** @type {Point} */
  let sum = null;
  for (let left = times, twice = point; left > 0n; left >>= 1n) {
    if (left & 1n) sum = addPoints(sum, twice);
    twice = addPoints(twice, twice);
  }
  return sum;
}

/** @param {Uint8Array} bytes */
const numberOf = (bytes) => BigInt(`0x${hexOf(bytes) || "0"}`);
/** @param {bigint} number @returns {Uint8Array} 32 bytes */
const wordOf = (number) => bytesOfHex(number.toString(16).padStart(64, "0"));

/** The account that signed a digest; "" where the signature is none. @param {Uint8Array} digest @param {string} signature */
function recoveredAccount(digest, signature) {
  const bytes = bytesOfHex(signature);
  if (bytes.length !== 65) return "";
  const [r, s] = [numberOf(bytes.subarray(0, 32)), numberOf(bytes.subarray(32, 64))];
  const parity = bytes[64] < 27 ? bytes[64] : bytes[64] - 27;
  if (r < 1n || r >= ORDER || s < 1n || s > ORDER / 2n || parity > 1) return "";
  const square = modulo(r ** 3n + 7n, FIELD);
  const root = power(square, (FIELD + 1n) / 4n, FIELD);
  if ((root * root) % FIELD !== square) return "";
  const point = { x: r, y: Number(root & 1n) === parity ? root : FIELD - root };
  const back = inverse(r, ORDER);
  const key = addPoints(
    multiplied(point, modulo(s * back, ORDER)),
    multiplied(BASE, modulo(-numberOf(digest) * back, ORDER)),
  );
  if (!key) return "";
  return checksumAddress(hexOf(keccak256(joined(wordOf(key.x), wordOf(key.y))).subarray(12)));
}

/** The digest of a manifest that wallets sign. @param {Record<string, any>} manifest */
function manifestDigest(manifest) {
  const text = (/** @type {string} */ value) => keccak256(utf8(value));
  const domain = keccak256(
    joined(text("EIP712Domain(string name,string version)"), text("Collection proof"), text("1")),
  );
  const type =
    "Manifest(string title,uint256 tokens,bytes32 merkleRoot,bytes32 provenance,string imagesCid,string metadataCid)";
  const message = keccak256(
    joined(
      text(type), text(manifest.title), wordOf(BigInt(manifest.tokens)), bytesOfHex(manifest.merkle_root),
      bytesOfHex(manifest.bayc_provenance), text(manifest.images_cid), text(manifest.metadata_cid),
    ),
  );
  return keccak256(joined(Uint8Array.of(0x19, 1), domain, message));
}
