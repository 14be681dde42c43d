// Compiles src/ into collection/chain/artifacts, one artifact a contract. With --check it writes nothing and fails if
// a committed artifact is not, byte for byte, what the sources give.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { compile, settings, version } from "./solidity.mjs";

const CONTRACTS = [
  "CollectionToken", "RevealToken", "BurnableToken", "ValidatedToken", "BurnableValidatedToken",
  "Editions", "Splitter", "Sale",
];
const here = dirname(fileURLToPath(import.meta.url));
const folder = join(here, "..", "collection", "chain", "artifacts");
const pool = join(folder, "sources"); // the text of every source of every artifact, once, under its sha256

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

function readSource(name) {
  return readFileSync(join(name.startsWith("src/") ? here : join(here, "node_modules"), name), "utf8");
}

function build(contract) {
  const sources = {}; // every file the compiler read, by name
  const read = (name) => (sources[name] = readSource(name));
  const file = `src/${contract}.sol`;
  return { contract, output: compile([file], read)[file][contract], sources };
}

function render({ contract, output, sources }) {
  const names = Object.keys(sources).sort();
  const document = {
    contractName: contract,
    compiler: { version, settings },
    sources: Object.fromEntries(names.map((name) => [name, { sha256: sha256(sources[name]) }])),
    abi: output.abi,
    bytecode: `0x${output.evm.bytecode.object}`,
    deployedBytecode: `0x${output.evm.deployedBytecode.object}`,
    immutables: Object.values(output.evm.deployedBytecode.immutableReferences).flat(),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

const pooled = (text) => join(pool, `${sha256(text)}.sol`);

function check(contract, artifact, text, sources) {
  const lacking = Object.values(sources).some((source) => !existsSync(pooled(source)));
  if (lacking || readFileSync(artifact, "utf8") !== text) {
    console.error(`${artifact} is not what contracts/src compiles to; run: make contracts`);
    process.exit(1);
  }
  console.log(`${contract}.json is what the sources compile to`);
}

function write(contract, artifact, text, sources) {
  mkdirSync(pool, { recursive: true });
  // Compiler settings (in the artifact) and these texts make the standard JSON input that explorers are given.
  for (const source of Object.values(sources)) writeFileSync(pooled(source), source);
  const before = existsSync(artifact) ? readFileSync(artifact, "utf8") : text;
  // Contracts that were deployed are verified by the artifact of their day, so each is kept under its hash.
  if (before !== text) writeFileSync(artifact.replace(/\.json$/, `-${sha256(before).slice(0, 12)}.json`), before);
  writeFileSync(artifact, text);
  console.log(`wrote ${contract}.json, sha256 ${sha256(text)}`);
}

const finish = process.argv.includes("--check") ? check : write;
for (const contract of CONTRACTS) {
  const built = build(contract);
  finish(contract, join(folder, `${contract}.json`), render(built), built.sources);
}
