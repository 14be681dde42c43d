// Check a token without Collection: node check.mjs FOLDER TOKEN, where FOLDER holds images, metadata and proof.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

const sha256 = (...parts) => createHash("sha256").update(Buffer.concat(parts.map((part) => Buffer.from(part)))).digest();
const [folder, number] = process.argv.slice(2);
const read = (name) => readFileSync(`${folder}/${name}`);
const manifest = JSON.parse(read("proof/manifest.json")), proof = JSON.parse(read(`proof/tokens/${number}.json`));
const [token, image, pixels, metadata, recipe] = proof.leaf.split(" ");
const files = { [`images/${number}.png`]: image, [`metadata/${number}.json`]: metadata };
const wrong = Object.keys(files).filter((name) => sha256(read(name)).toString("hex") !== files[name]);
let node = sha256([0], proof.leaf), at = proof.index, last = manifest.tokens - 1;
for (const sibling of proof.path.map((text) => Buffer.from(text, "hex"))) {
  for (; last && at === last && at % 2 === 0; at >>= 1) last >>= 1;
  node = at % 2 ? sha256([1], sibling, node) : sha256([1], node, sibling);
  at >>= 1, last >>= 1;
}
const proven = !wrong.length && token === number && node.toString("hex") === manifest.merkle_root;
console.log(`token ${number} is ${proven ? "proven under the root" : "NOT proven:"} ${wrong[0] ?? node.toString("hex")}`);
process.exit(proven ? 0 : 1);
