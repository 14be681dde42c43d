// Compiles src/ into collection/chain/artifacts. With --check it writes nothing and fails if the
// committed artifact is not, byte for byte, what the sources give.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compile, settings, version } from "./solidity.mjs";

const CONTRACT = "CollectionToken";
const here = dirname(fileURLToPath(import.meta.url));
const artifact = join(here, "..", "collection", "chain", "artifacts", `${CONTRACT}.json`);

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function readSource(name) {
  const folder = name.startsWith("src/") ? here : join(here, "node_modules");
  return readFileSync(join(folder, name), "utf8");
}

function build() {
  const sources = {}; // every file the compiler read, by name
  const read = (name) => (sources[name] = readSource(name));
  const roots = readdirSync(join(here, "src")).sort().map((file) => `src/${file}`);
  return { output: compile(roots, read)[`src/${CONTRACT}.sol`][CONTRACT], sources };
}

function render({ output, sources }) {
  const names = Object.keys(sources).sort();
  const document = {
    contractName: CONTRACT,
    compiler: { version, settings },
    sources: Object.fromEntries(names.map((name) => [name, { sha256: sha256(sources[name]) }])),
    abi: output.abi,
    bytecode: `0x${output.evm.bytecode.object}`,
    deployedBytecode: `0x${output.evm.deployedBytecode.object}`,
    immutables: Object.values(output.evm.deployedBytecode.immutableReferences).flat(),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const text = render(build());
if (process.argv.includes("--check")) {
  if (readFileSync(artifact, "utf8") !== text) {
    console.error(`${artifact} is not what contracts/src compiles to; run: make contracts`);
    process.exit(1);
  }
  console.log(`${CONTRACT}.json is what the sources compile to`);
} else {
  mkdirSync(dirname(artifact), { recursive: true });
  const before = existsSync(artifact) ? readFileSync(artifact, "utf8") : text;
  // Contracts that were deployed are verified by the artifact of their day, so each is kept under its hash.
  if (before !== text) writeFileSync(artifact.replace(/\.json$/, `-${sha256(before).slice(0, 12)}.json`), before);
  writeFileSync(artifact, text);
  console.log(`wrote ${CONTRACT}.json, sha256 ${sha256(text)}`);
}
