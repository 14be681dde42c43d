#!/usr/bin/env node
// The compiler of package.json as the command that forge calls: --version, or standard JSON from stdin to stdout.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const solc = createRequire(import.meta.url)("solc");

if (process.argv.includes("--version")) {
  // forge reads a version in the form that native compilers print.
  console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace(/Emscripten.*/, "Linux.g++")}`);
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
