// SHA-256 (FIPS 180-4) and Keccak-256 as Ethereum has it, in plain JavaScript: pages opened from a disk, or by plain
// http, may not have the browser's own.

/** @param {string} hex @returns {Uint8Array} */
function bytesOfHex(hex) {
  const digits = hex.replace(/^0x/, "");
  return Uint8Array.from({ length: digits.length / 2 }, (_, at) => Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16));
}

/** @param {Iterable<number>} bytes */
function hexOf(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {...Uint8Array} parts */
function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @param {string} text */
const utf8 = (text) => new TextEncoder().encode(text);

/** The first primes. @param {number} count */
function primes(count) {
  /** @type {number[]} */
  const found = [];
  for (let number = 2; found.length < count; number++) {
    if (found.every((prime) => number % prime)) found.push(number);
  }
  return found;
}

/** The first 32 bits of the fraction of a root. @param {number} root */
const fractionBits = (root) => Math.floor((root - Math.floor(root)) * 2 ** 32);
const SHA_ROUNDS = Uint32Array.from(primes(64), (prime) => fractionBits(Math.cbrt(prime)));
const SHA_START = Uint32Array.from(primes(8), (prime) => fractionBits(Math.sqrt(prime)));

/** @param {Uint8Array} data @returns {Uint8Array} 32 bytes */
function sha256(data) {
  const state = SHA_START.slice();
  const words = new Uint32Array(64);
  const blocks = data.length >>> 6;
  for (let block = 0; block < blocks; block++) shaBlock(state, words, data, block << 6);
  const rest = data.subarray(blocks << 6);
  const tail = new Uint8Array(rest.length < 56 ? 64 : 128);
  tail.set(rest);
  tail[rest.length] = 0x80;
  const view = new DataView(tail.buffer);
  view.setUint32(tail.length - 8, Math.floor(data.length / 2 ** 29));
  view.setUint32(tail.length - 4, data.length << 3);
  for (let at = 0; at < tail.length; at += 64) shaBlock(state, words, tail, at);
  const digest = new DataView(new ArrayBuffer(32));
  state.forEach((word, place) => digest.setUint32(4 * place, word));
  return new Uint8Array(digest.buffer);
}

/**
 * SHA-256 of a file: by the browser's own code, which is faster, where it may be used.
 * @param {Uint8Array<ArrayBuffer>} data
 * @returns {Promise<string>} 64 hex digits
 */
async function sha256Hex(data) {
  return hexOf(globalThis.crypto?.subtle ? new Uint8Array(await crypto.subtle.digest("SHA-256", data)) : sha256(data));
}

/**
 * @param {Uint32Array} state
 * @param {Uint32Array} words
 * @param {Uint8Array} data
 * @param {number} from
 */
function shaBlock(state, words, data, from) {
  for (let at = 0; at < 16; at++) {
    const byte = from + 4 * at;
    words[at] = (data[byte] << 24) | (data[byte + 1] << 16) | (data[byte + 2] << 8) | data[byte + 3];
  }
  for (let at = 16; at < 64; at++) {
    const early = words[at - 15];
    const late = words[at - 2];
    const low = ((early >>> 7) | (early << 25)) ^ ((early >>> 18) | (early << 14)) ^ (early >>> 3);
    const high = ((late >>> 17) | (late << 15)) ^ ((late >>> 19) | (late << 13)) ^ (late >>> 10);
    words[at] = words[at - 16] + low + words[at - 7] + high;
  }
  let [a, b, c, d, e, f, g, h] = state;
  for (let at = 0; at < 64; at++) {
    const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const one = (h + high + ((e & f) ^ (~e & g)) + SHA_ROUNDS[at] + words[at]) | 0;
    const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const two = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + one) | 0;
    d = c;
    c = b;
    b = a;
    a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, place) => (state[place] += word));
}

const LANE = (1n << 64n) - 1n;
/** @param {bigint} lane @param {number} bits */
const turned = (lane, bits) => ((lane << BigInt(bits)) | (lane >> BigInt(64 - bits))) & LANE;

/** The round constants of Keccak-f[1600], by its linear feedback register. */
function keccakConstants() {
  let register = 1;
  return Array.from({ length: 24 }, () => {
    let constant = 0n;
    for (let bit = 0; bit < 7; bit++) {
      if (register & 1) constant |= 1n << BigInt((1 << bit) - 1);
      register = (register << 1) ^ (register >> 7 ? 0x171 : 0);
    }
    return constant;
  });
}
const KECCAK_ROUNDS = keccakConstants();

/** @param {bigint[]} lanes 25 of them, x + 5y */
function keccakRounds(lanes) {
  for (const constant of KECCAK_ROUNDS) {
    const columns = [0, 1, 2, 3, 4].map((x) => lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]);
    for (let at = 0; at < 25; at++) lanes[at] ^= columns[(at + 4) % 5] ^ turned(columns[(at + 1) % 5], 1);
    let [x, y, carried] = [1, 0, lanes[1]];
    for (let step = 0; step < 24; step++) {
      [x, y] = [y, (2 * x + 3 * y) % 5];
      const kept = lanes[x + 5 * y];
      lanes[x + 5 * y] = turned(carried, (((step + 1) * (step + 2)) / 2) % 64);
      carried = kept;
    }
    for (let row = 0; row < 25; row += 5) {
      const old = lanes.slice(row, row + 5);
      for (let at = 0; at < 5; at++) lanes[row + at] = old[at] ^ (~old[(at + 1) % 5] & LANE & old[(at + 2) % 5]);
    }
    lanes[0] ^= constant;
  }
}

/** @param {Uint8Array} data @returns {Uint8Array} 32 bytes */
function keccak256(data) {
  const rate = 136;
  const padded = new Uint8Array((Math.floor(data.length / rate) + 1) * rate);
  padded.set(data);
  padded[data.length] ^= 1;
  padded[padded.length - 1] ^= 0x80;
  const view = new DataView(padded.buffer);
  const lanes = Array(25).fill(0n);
  for (let at = 0; at < padded.length; at += rate) {
    for (let lane = 0; lane < rate / 8; lane++) lanes[lane] ^= view.getBigUint64(at + 8 * lane, true);
    keccakRounds(lanes);
  }
  const digest = new DataView(new ArrayBuffer(32));
  for (let lane = 0; lane < 4; lane++) digest.setBigUint64(8 * lane, lanes[lane], true);
  return new Uint8Array(digest.buffer);
}

/** An address with its checksum (EIP-55). @param {string} address 40 hex digits, with or without 0x */
function checksumAddress(address) {
  const digits = address.replace(/^0x/, "").toLowerCase();
  const digest = hexOf(keccak256(utf8(digits)));
  return `0x${Array.from(digits, (digit, at) => (digest[at] >= "8" ? digit.toUpperCase() : digit)).join("")}`;
}
