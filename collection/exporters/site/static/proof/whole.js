// What is checked of the set as a whole, and what vouches for its root.

/**
 * @typedef {object} Check
 * @property {string} what
 * @property {boolean} good
 * @property {string} told
 */
/**
 * @typedef {object} Whole
 * @property {Record<string, any>} manifest
 * @property {string[]} lines
 * @property {Check[]} checks
 * @property {string[]} vouched what says that this root is the right one, beside the files themselves
 */
/**
 * @typedef {object} Wanted What the visitor knows from elsewhere; empty where nothing.
 * @property {string} root
 * @property {string} signer
 * @property {string} node
 * @property {string} address
 */

/** @param {Source} source @param {string} path */
const readJson = async (source, path) => JSON.parse(new TextDecoder().decode(await source.read(path)));

/** Read the proof and check it against itself, its signature, and what the visitor knows. @param {Source} source @param {Wanted} wanted @returns {Promise<Whole>} */
async function checkWhole(source, wanted) {
  const manifest = await readJson(source, "proof/manifest.json");
  const leaves = await source.read("proof/leaves.txt");
  const lines = new TextDecoder().decode(leaves).split("\n").slice(0, -1);
  /** @type {Check[]} */
  const checks = [];
  const compare = (/** @type {string} */ what, /** @type {unknown} */ found, /** @type {unknown} */ told) => {
    const good = found === told;
    checks.push({ what, good, told: good ? String(found) : `found ${found}, expected ${told}` });
    return good;
  };
  compare("Merkle root over all lines", merkleRoot(lines), manifest.merkle_root);
  compare("List of tokens (leaves.txt)", await sha256Hex(leaves), manifest.files?.["leaves.txt"]);
  const numbered = lines.every((line, place) => line.startsWith(`${place + 1} `)) && lines.length === manifest.tokens;
  compare("Tokens, numbered from 1", numbered ? manifest.tokens : `${lines.length} lines`, manifest.tokens);
  const images = utf8(lines.map((line) => line.split(" ")[1]).join(""));
  compare("Provenance hash of the images", hexOf(sha256(images)), manifest.bayc_provenance);
  if (/^baf/.test(manifest.metadata_cid)) {
    compare("Provenance hash of the metadata folder", hexOf(keccak256(utf8(manifest.metadata_cid))), manifest.seadrop_provenance);
  }
  const whole = { manifest, lines, checks, vouched: /** @type {string[]} */ ([]) };
  if (wanted.root && compare("The root that you know", manifest.merkle_root, wanted.root.toLowerCase().replace(/^0x/, ""))) {
    whole.vouched.push("the root that you know");
  }
  await checkSignature(source, wanted, whole);
  if (wanted.node && wanted.address) await checkContract(wanted, whole);
  return whole;
}

/** @param {Source} source @param {Wanted} wanted @param {Whole} whole */
async function checkSignature(source, wanted, { manifest, checks, vouched }) {
  const signed = manifest.files?.["signature.json"];
  if (!signed) {
    if (wanted.signer) checks.push({ what: "Signature", good: false, told: "the manifest is not signed" });
    return;
  }
  const what = "Signature of the manifest";
  try {
    const file = await source.read("proof/signature.json");
    const told = JSON.parse(new TextDecoder().decode(file));
    const found = recoveredAccount(manifestDigest(manifest), told.signature);
    const is = (/** @type {string} */ other) => found.toLowerCase() === String(other).toLowerCase();
    if ((await sha256Hex(file)) !== signed) throw new Error("signature.json is not the file that the manifest names");
    if (!found || !is(told.signer)) throw new Error(`it is not of this manifest by ${told.signer}`);
    if (wanted.signer && !is(wanted.signer)) throw new Error(`it is by ${found}, not by ${wanted.signer}`);
    checks.push({ what, good: true, told: `by ${found}` });
    vouched.push(`the signature of ${found}`);
  } catch (error) {
    checks.push({ what, good: false, told: /** @type {Error} */ (error).message });
  }
}

/**
 * Ask the contract what it says of the set: that of its tokens, or that of the copies of its images.
 * @param {Wanted} wanted
 * @param {Whole} whole
 */
async function checkContract({ node, address }, { manifest, checks, vouched }) {
  const functions = ["provenanceHash()", "baseURI()", "maxSupply()", "metadataFrozen()", "images()", "copies()", "closed()"];
  const calls = functions.map((name) => contractCall(address, hexOf(keccak256(utf8(name)).subarray(0, 4))));
  try {
    const [chain, provenance, uri, tokens, frozen, images, copies, closed] = await askNode(node, [{ method: "eth_chainId", params: [] }, ...calls]);
    const isOfCopies = !tokens && images;
    const supply = isOfCopies ? images : tokens;
    const told = [
      ["Provenance hash in the contract", provenance, `0x${manifest.bayc_provenance}`],
      ["Metadata folder in the contract", textIn(uri), `ipfs://${manifest.metadata_cid}/`],
      ["Supply in the contract", supply ? Number(supply) : undefined, manifest.tokens],
    ];
    const wrong = told.filter(([, found, expected]) => found !== expected);
    for (const [what, found, expected] of told) {
      checks.push({ what, good: found === expected, told: found === expected ? String(found) : `found ${found}, expected ${expected}` });
    }
    if (isOfCopies) checks.push({ what: "Copies of each image", good: true, told: edition(Number(copies), Boolean(Number(closed))) });
    const kind = isOfCopies ? "contract of copies" : "contract";
    if (!wrong.length) vouched.push(`the ${kind} ${address} on chain ${Number(chain)}${Number(frozen) ? ", whose metadata is frozen" : ""}`);
  } catch (error) {
    checks.push({ what: "Contract", good: false, told: /** @type {Error} */ (error).message });
  }
}

/** How many copies of an image there can be, in words. @param {number} copies 0: any number @param {boolean} closed */
function edition(copies, closed) {
  if (closed) return `closed: those that there are, and no more${copies ? `; ${copies.toLocaleString("en")} were the most` : ""}`;
  return copies ? `edition of ${copies.toLocaleString("en")}` : "open edition";
}
